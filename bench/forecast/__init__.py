"""How well the forecasts hold, measured on simulated pipelines: `python -m bench.forecast`."""
