from . import numbers, settings, states, steering
