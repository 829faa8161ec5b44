from . import document_dispatch
from . import document_dispatch_mixin
from . import document_dispatch_preference
from . import res_company
from . import res_partner
from . import res_partner_suggest
from . import res_users
