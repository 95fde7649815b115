"""What members like: what they will buy again, what they might try, and which reward and offer suits them next.

``baskets`` counts on how many days each member bought each thing; ``methods`` are ways to score things for members, the
plainest first; ``evaluation`` holds the last weeks out and compares the methods on them; ``suggestions`` picks and says
why; ``rewards`` and ``offers`` do the same with what the program has. A method goes from counts to scores and knows
nothing of names.

Nothing is suggested that the program says never earns (``never_earn``): what a merchant may not or will not promote,
such as cigarettes, is named there. What a member is worth does not belong here.
"""
