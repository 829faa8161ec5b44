from . import portal
from . import show
