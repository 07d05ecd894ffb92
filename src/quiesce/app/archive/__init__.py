"""What the commands that look back ask of the store.

opening.py   the store, and the sources' names     until.py     when a waiver ends
waiving.py   what a waiver would be about          recall.py    what the store knows of a pipeline
spells.py    when it was quiet                     coverage.py  how well predictions have held
"""
