from . import foreign_rules, recipients, wishes
