"""quiesce: is anything still running, anywhere?"""

__version__ = "0.1.0"
