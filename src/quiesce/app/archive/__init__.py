"""What the commands that look back ask of the store.

opening.py   the store, and the sources' names     until.py     when a waiver ends
waiving.py   what a waiver would be about          recall.py    what the store knows of a pipeline
finding.py   runs by what people call them         joining.py   with what the systems show now
spells.py    when it was quiet                     coverage.py  how well predictions have held
weeks.py     when it usually is quiet
"""
