"""What members are worth: how often they will buy, how much, until when, and how sure that is.

``purchases`` turns the lake into one row a member (how often, how lately, since when, how much a time); ``fitting``
lets a model learn from all rows; ``futures`` draws what each member may do next, and ``forecast`` tells it in figures;
``holdout`` asks the model about weeks that it has not seen; ``worth`` puts it together for whoever asks. Functions go
from tables to rows and from rows to rows, one a member, with their order kept.

What a member should be offered does not belong here, and neither does anything that has happened: that is a measure.
"""
