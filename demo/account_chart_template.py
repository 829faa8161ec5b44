from odoo import api, models
from odoo.fields import Command

from .company import DemoCompany
from .data import COMPANIES


class AccountChartTemplate(models.AbstractModel):
    """The addon's demo companies have their own customers and documents, not those that core has for every company."""

    _inherit = "account.chart.template"

    @api.model
    def _dispatch_make_demo_companies(self):
        """Make the companies that are not there yet, with a chart of accounts, which brings all the rest.

        Like those of localisations they are named in base, and outlive the addon: somebody's books stay.
        """
        for key, known in COMPANIES.items():
            if not self._get_dispatch_demo_company(key):
                company = self.env["res.company"]._load_records([
                    {"xml_id": f"base.demo_company_{key}", "values": {"name": known.name}, "noupdate": True}])
                for name in ("base.user_admin", "base.user_demo"):
                    if user := self.env.ref(name, raise_if_not_found=False):
                        user.company_ids = [Command.link(company.id)]
                DemoCompany(company, key).prepare()
                self.try_loading("generic_coa", company, install_demo=True)

    @api.model
    def _get_dispatch_demo_company(self, key):
        return self.env.ref(f"base.demo_company_{key}", raise_if_not_found=False) or self.env["res.company"]

    @api.model
    def _install_demo(self, companies):
        ours = {self._get_dispatch_demo_company(key).id: key for key in COMPANIES}
        if not isinstance(companies, models.BaseModel):
            companies = self.env["res.company"].browse(companies)
        for company in companies.filtered(lambda company: company.id in ours):
            if not self.env["account.move"].search_count([("company_id", "=", company.id)], limit=1):
                DemoCompany(company, ours[company.id]).fill()
        return super()._install_demo(companies.filtered(lambda company: company.id not in ours))
