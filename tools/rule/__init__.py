from . import conditions, schedule
