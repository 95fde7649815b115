"""The report of a simulation: one HTML file that a manager shows to others, and that needs nothing but itself.

``page`` puts it together, ``charts`` says what is drawn, ``showing`` how figures are written, ``rows`` what stands in a
table beside a chart, ``sentences`` the answer that comes first, ``words`` what the report says in each language.
``page.html`` is the template, ``page.css`` its style, ``drawing.js`` draws, ``echarts.min.js`` is the drawing library
as its authors publish it. Reckoning does not belong here: every figure is one of the result.
"""
