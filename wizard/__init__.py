from . import base_partner_merge_automatic_wizard
from . import document_dispatch_overview
from . import document_dispatch_exclude
from . import document_dispatch_preview
from . import document_dispatch_resend
from . import account_move_send_wizard
