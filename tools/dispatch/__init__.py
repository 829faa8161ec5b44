from . import clicks, numbers, settings, states, steering
