"""The report of a simulation: one HTML file that a manager shows to others, and that needs nothing but itself.

``page`` puts it together, ``charts`` says what is drawn, ``showing`` how figures are written, ``words`` what the report
says in each language. ``page.html`` is the template, ``echarts.min.js`` the drawing library as its authors publish it.
Reckoning does not belong here: every figure is one of the result.
"""
