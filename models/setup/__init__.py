from . import document_dispatch_health
from . import document_dispatch_setup
from . import ir_fields_converter
from . import res_company
from . import res_config_settings
