from . import base_partner_merge_automatic_wizard
from . import document_dispatch_flags
