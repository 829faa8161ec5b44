import { registry } from "@web/core/registry";
import { openMenu } from "@document_dispatch/../tests/tours/menu_steps";

function fits() {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) {
        throw new Error(`The page is ${scrollWidth} px wide, the window ${clientWidth} px`);
    }
}

/** The customer looks at his invoices: all, only the open ones, one year, and all again. No word of any language. */
registry.category("web_tour.tours").add("document_dispatch_page", {
    steps: () => [
        {
            content: "All of them, and nothing wider than the window",
            trigger: ".o_dispatch_invoices tbody tr:nth-child(4)",
            run: fits,
        },
        {
            content: "The quotation",
            trigger: ".o_dispatch_quotations a[href*='/quotation/']",
        },
        {
            content: "Something is overdue",
            trigger: ".o_dispatch_overdue.text-danger",
        },
        {
            content: "Only open ones",
            trigger: ".o_dispatch_filter input[name='open']",
            run: "click",
        },
        {
            content: "Show them",
            trigger: ".o_dispatch_filter button",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The paid one is gone",
            trigger: ".o_dispatch_invoices tbody:not(:has(.text-success-emphasis))",
            run: fits,
        },
        {
            content: "Of a year in which nothing is open",
            trigger: ".o_dispatch_filter select[name='year']",
            run: "select 2025",
        },
        {
            content: "Show it",
            trigger: ".o_dispatch_filter button",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "There is nothing",
            trigger: ".o_dispatch_none",
            run: fits,
        },
        {
            content: "All of that year",
            trigger: ".o_dispatch_filter input[name='open']:checked",
            run: "click",
        },
        {
            content: "Show them",
            trigger: ".o_dispatch_filter button",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The paid one",
            trigger: ".o_dispatch_invoices .text-success-emphasis",
            run: fits,
        },
    ],
});

/** A clerk sends statements to all who owe something. */
registry.category("web_tour.tours").add("document_dispatch_statements", {
    steps: () => [
        ...openMenu("menu_statements", "menu_statement_window"),
        {
            content: "One customer, by e-mail",
            trigger: ".o_field_widget[name='count_email']:contains('1')",
        },
        {
            content: "Make them",
            trigger: "button[name='action_send']",
            run: "click",
        },
        {
            content: "The page that says what became of them",
            trigger: ".o_form_view:has(.o_field_widget[name='progress']) button[name='action_view_dispatches']",
            run: "click",
        },
        {
            content: "One statement",
            trigger: ".o_list_view .o_data_row:contains('S-'):contains('Silva')",
        },
    ],
});

/** From the customer's form to his statement. */
registry.category("web_tour.tours").add("document_dispatch_customer_form", {
    steps: () => [
        {
            content: "Documents",
            trigger: ".nav-link[name='document_dispatch']",
            run: "click",
        },
        {
            content: "His page can be opened",
            trigger: "button[name='action_dispatch_open_page']",
        },
        {
            content: "His statement",
            trigger: "button:contains('Statement of Account')",
            run: "click",
        },
        {
            content: "He is the one",
            trigger: ".modal .o_field_widget[name='partner_ids'] .o_tag:contains('Silva')",
        },
        {
            content: "Close",
            trigger: ".modal button[special='cancel'], .modal footer button:contains('Close')",
            run: "click",
        },
        {
            content: "Back on the form",
            trigger: "body:not(:has(.modal)) .o_form_view",
        },
    ],
});
