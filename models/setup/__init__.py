from . import document_dispatch_health
from . import document_dispatch_setup
from . import res_company
from . import res_config_settings
from . import ir_fields_converter
