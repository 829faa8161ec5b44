from . import controllers
from . import models, report, wizard
