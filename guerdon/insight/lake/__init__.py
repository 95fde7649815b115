"""The lake: what the ledger says, as tables of columns in Parquet files, for whatever asks about many members at once.

PostgreSQL answers about one member; a question about all of them over a year is a matter of columns. The lake is a
copy, made of whole commits: a file counts from the moment at which a commit names it, and what a killed export has left
behind is swept up by the next one. It grows by addition, member by member, from where the last export stood.

``tables`` says what there is, column by column. ``exporting`` writes, ``commits`` keeps what counts, ``opening`` reads.
What a number means (a measure, a segment) does not belong here.
"""
