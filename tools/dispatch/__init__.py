from . import clicks, numbers, precedence, settings, states, steering
