"""What a shopper would get: the same purchases under every program, and the worth of a paid plan.

A shopper writes down **habits**: what he buys, for how much, how often. From them a year of purchases is made without
chance, and each program is rehearsed on that year by the engine itself. So what is told is what the program would do,
and not what a formula says of it.

**Worked.** Two dairy baskets of 25 USD a week are 104 purchases of 2,600 USD in a year. Under a point a dollar, with
500 points for 10 USD off, they bring 2,600 points less what the vouchers pay: five vouchers, 50 USD.

A file is one idea: ``habits`` what a shopper says, ``file`` and ``wordings`` how it is written, ``occasions`` when it
happens, ``baskets`` what it is as a purchase, ``routes`` how a program turns what it gives into money, ``redeeming``
what the shopper does with what he holds, ``living`` the year under a program, ``figures`` what came of it in money,
``plans`` when a paid plan pays for itself, ``comparing`` all of it for several programs; ``reliving`` and ``members``
the same question about a member's own last year. Functions go from habits and timelines to values.

What does not belong: programs (they are handed in), printing, and guesses of how people change their ways.
"""
