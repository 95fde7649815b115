"""Reports: one HTML file each that a manager shows to others, and that needs nothing but itself.

``page`` puts them together, ``showing`` is how figures are written, ``drawn`` what a chart is, ``words`` what reports
say in each language. Of a simulation ``charts`` says what is drawn, ``rows`` what stands in a table beside a chart, and
``sentences`` the answer that comes first; ``prospects`` does the same for the page of lifetime values. ``base.html`` is
what all pages have, ``page.css`` their style, ``drawing.js`` draws, ``echarts.min.js`` is the drawing library as its
authors publish it. Reckoning does not belong here: every figure is one of the result.
"""
