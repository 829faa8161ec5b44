from . import show
