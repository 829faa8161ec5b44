from . import document_dispatch_preference
from . import document_dispatch_preference_collection
from . import res_company
from . import res_partner
from . import res_partner_suggest
from . import res_partner_wishes
from . import res_users
