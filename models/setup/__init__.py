from . import document_dispatch_health
from . import document_dispatch_rule
from . import document_dispatch_setup
from . import ir_fields_converter
from . import ir_mail_server
from . import res_company
from . import res_config_settings
