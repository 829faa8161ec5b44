from odoo import api, fields, models
from odoo.fields import Domain

SALES = ("out_invoice", "out_refund", "out_receipt")


class ResPartner(models.Model):
    """What a customer owes a company, from the receivable lines of its books: the same as Odoo's partner ledger."""

    _inherit = "res.partner"

    @api.model
    def _dispatch_ledger_domain(self, company):
        """Posted lines on receivable accounts of this company."""
        return Domain([
            ("company_id", "=", company.id), ("parent_state", "=", "posted"),
            ("account_id.account_type", "=", "asset_receivable"),
        ])

    def _dispatch_family(self):
        """The customer and all of their contacts, archived ones too: lines may stand in the name of each."""
        # sudo: contacts of other users, too; nothing of them is shown
        return self.sudo().with_context(active_test=False).search(
            [("commercial_partner_id", "=", self.commercial_partner_id.id)])

    def _dispatch_own_ledger(self, company):
        return self._dispatch_ledger_domain(company) & Domain("partner_id", "in", self._dispatch_family().ids)

    # ------------------------------------------------------------------
    # Today
    # ------------------------------------------------------------------

    def _dispatch_open_totals(self, company):
        """What is open today, for each currency: a list of dictionaries, the company's currency first.

        ``documents`` open on invoices and credit notes, ``overdue`` of all that is due, ``other`` payments and
        entries that are not assigned to a document, ``balance`` of the ledger.
        """
        domain = self._dispatch_own_ledger(company) & Domain("reconciled", "=", False)
        overdue = Domain("date_maturity", "<", fields.Date.context_today(self)) & Domain("balance", ">", 0)
        balance, documents, late = (self._dispatch_sum_residual(domain & extra) for extra in (
            Domain.TRUE, Domain("move_id.move_type", "in", SALES), overdue))
        return [
            {
                "currency": currency, "documents": documents.get(currency, 0.0), "overdue": late.get(currency, 0.0),
                "other": currency.round(balance[currency] - documents.get(currency, 0.0)),
                "balance": balance[currency],
            }
            for currency in self._dispatch_order_currencies(balance, company)
            if balance[currency] or documents.get(currency)
        ] or [{"currency": company.currency_id, "documents": 0.0, "overdue": 0.0, "other": 0.0, "balance": 0.0}]

    def _dispatch_sum_residual(self, domain):
        return {
            currency: currency.round(amount)
            for currency, amount in self.env["account.move.line"]._read_group(
                domain, ["currency_id"], ["amount_residual_currency:sum"])
        }

    @api.model
    def _dispatch_order_currencies(self, currencies, company):
        return sorted(currencies, key=lambda currency: (currency != company.currency_id, currency.name))

    @api.model
    def _dispatch_with_balance(self, company):
        """Customers with something open at this company."""
        groups = self.env["account.move.line"]._read_group(
            self._dispatch_ledger_domain(company) & Domain([("reconciled", "=", False), ("partner_id", "!=", False)]),
            ["partner_id", "currency_id"], ["amount_residual_currency:sum"],
        )
        totals = {}
        for partner, currency, amount in groups:
            key = partner.commercial_partner_id, currency
            totals[key] = totals.get(key, 0.0) + amount
        return self.union(*(partner for (partner, currency), amount in totals.items() if not currency.is_zero(amount)))

    @api.model
    def _dispatch_owing(self, company, minimum=0.0, overdue=False):
        """Customers who owe something to this company.

        :param float minimum: so much at least, in the company's currency
        :param bool overdue: only those of whom something is overdue
        """
        domain = self._dispatch_ledger_domain(company) & Domain([
            ("reconciled", "=", False), ("partner_id", "!=", False)])
        totals = {}
        for partner, amount in self.env["account.move.line"]._read_group(
            domain, ["partner_id"], ["amount_residual:sum"],
        ):
            customer = partner.commercial_partner_id
            totals[customer] = totals.get(customer, 0.0) + amount
        compare = company.currency_id.compare_amounts
        owing = self.union(*(customer for customer, amount in totals.items()
                             if compare(amount, 0.0) > 0 and compare(amount, minimum) >= 0))
        if not overdue:
            return owing
        late = Domain("date_maturity", "<", fields.Date.context_today(self)) & Domain("balance", ">", 0)
        lines = self.env["account.move.line"]._read_group(domain & late, ["partner_id"])
        return owing & self.union(*(partner.commercial_partner_id for [partner] in lines))

    # ------------------------------------------------------------------
    # A period
    # ------------------------------------------------------------------

    def _dispatch_statement(self, company, date_from, date_to):
        """The statement of account: opening balance, movements, closing balance, overdue.

        :param company: whose books are read
        :param date date_from: first day of the period
        :param date date_to: last day of the period
        :return: ``{"currencies": [{currency, opening, lines: [(line, balance after it)], closing, overdue}],
            "opening", "closing": of the ledger in the company's currency, "foreign": whether others are involved}``

        The number of SQL statements depends neither on the movements nor on the currencies.
        """
        domain = self._dispatch_own_ledger(company)
        opening, ledger_opening = self._dispatch_balances(domain & Domain("date", "<", date_from), company)
        closing, ledger_closing = self._dispatch_balances(domain & Domain("date", "<=", date_to), company)
        overdue = self._dispatch_overdue_on(domain, date_to)
        lines = self.env["account.move.line"].search(
            domain & Domain("date", ">=", date_from) & Domain("date", "<=", date_to), order="date, move_name, id")
        by_currency = lines.grouped("currency_id")
        currencies = {*by_currency, *(currency for currency, amount in opening.items() if amount)}
        return {
            "currencies": [
                self._dispatch_prepare_section(
                    currency, opening.get(currency, 0.0), by_currency.get(currency, lines.browse()),
                    closing.get(currency, 0.0), overdue.get(currency, 0.0))
                for currency in self._dispatch_order_currencies(currencies or {company.currency_id}, company)
            ],
            "opening": ledger_opening, "closing": ledger_closing,
            "foreign": any(currency != company.currency_id for currency in currencies),
        }

    def _dispatch_balances(self, domain, company):
        """``({currency: balance in it}, balance in the company's currency)``."""
        groups = self.env["account.move.line"]._read_group(
            domain, ["currency_id"], ["amount_currency:sum", "balance:sum"])
        own = company.currency_id
        return (
            {currency: currency.round(amount) for currency, amount, _balance in groups},
            own.round(sum(balance for _currency, _amount, balance in groups)),
        )

    def _dispatch_overdue_on(self, domain, day):
        """What was due before this day, and not paid until then: ``{currency: amount}``."""
        due = domain & Domain("date_maturity", "<", day) & Domain("date", "<=", day) & Domain("balance", ">", 0)
        owed = dict(self.env["account.move.line"]._read_group(due, ["currency_id"], ["amount_currency:sum"]))
        paid = dict(self.env["account.partial.reconcile"]._read_group(
            Domain("debit_move_id", "any", due) & Domain("max_date", "<=", day),
            ["debit_currency_id"], ["debit_amount_currency:sum"],
        ))
        return {currency: currency.round(amount - paid.get(currency, 0.0)) for currency, amount in owed.items()}

    @api.model
    def _dispatch_prepare_section(self, currency, opening, lines, closing, overdue):
        movements, balance = [], opening
        for line in lines:
            if currency.is_zero(line.amount_currency):
                continue  # a difference of rates: nothing in this currency
            balance = currency.round(balance + line.amount_currency)
            movements.append((line, balance))
        return {"currency": currency, "opening": opening, "lines": movements, "closing": closing, "overdue": overdue}
