"""Campaigns: what became of members who were invited, against similar members who were not.

Whoever sends a campaign chooses whom to invite, and chooses by what they are like. So the invited differ from the
others before anything was sent, and a plain comparison tells the choice rather than the campaign. Here each invited
member is compared with members who were as likely to be invited by what was known before, and each with what the same
member spent before. What is left is no proof: what nobody recorded may still be behind it. An experiment needs none of
this.

``figures`` fetches one row a member out of the lake. ``likeness`` says how likely each was to be invited, ``matching``
finds the similar ones and how alike they are, ``effects`` takes the difference of differences, ``sensitivity`` says how
strong something unknown would have to be. ``reading`` does so for each campaign, and once more for weeks in which there
was no campaign, where the answer has to be nothing. What was dealt out by chance belongs to ``experiments``.
"""
