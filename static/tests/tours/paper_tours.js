import { registry } from "@web/core/registry";
import { openMenu } from "@document_dispatch/../tests/tours/menu_steps";

/** Letters by mail to the customers of a period: text, preview, count, and what became of them. */
registry.category("web_tour.tours").add("document_dispatch_letters", {
    steps: () => [
        ...openMenu("menu_consent", "menu_letter_window"),
        {
            content: "Customers who were invoiced lately",
            trigger: ".modal .o_field_widget[name='invoiced_from'] input",
            run: "edit 01/01/2020 && press Tab",
        },
        {
            content: "Two of them: one by e-mail, one on paper",
            trigger: ".modal .o_field_widget[name='count']:contains('2')",
        },
        {
            content: "One has an address",
            trigger: ".modal .o_field_widget[name='count_email']:contains('1')",
        },
        {
            content: "A subject of one's own",
            trigger: ".modal .o_field_widget[name='subject'] input",
            run: "edit Uma novidade de {company} && press Tab",
        },
        {
            content: "Look at it as a customer would",
            trigger: ".modal footer button[name='action_look']",
            run: "click",
        },
        {
            content: "Their name and their link are in it",
            trigger:
                ".modal .o_field_widget[name='preview']:contains('Uma novidade de Aurora'):has(a[href*='/dispatch/consent/'])",
        },
        {
            content: "So does the next customer's",
            trigger: ".modal footer button[name='action_next']",
            run: "click",
        },
        {
            content: "Back, and forth again: nothing is lost",
            trigger: ".modal footer button[name='action_back']",
            run: "click",
        },
        {
            content: "The subject is still there",
            trigger: ".modal:has(.o_field_widget[name='invoiced_from']) footer button[name='action_look']",
            run: "click",
        },
        {
            content: "The button says what it does",
            trigger: ".modal footer button[name='action_send']:contains('Send 1 by e-mail, put 1 in the paper tray')",
            run: "click",
        },
        {
            content: "One went",
            trigger: "body:not(:has(.modal)) .o_form_view .o_field_widget[name='sent']:contains('1')",
        },
        {
            content: "One lies in the tray",
            trigger: ".o_form_view .o_field_widget[name='on_paper']:contains('1')",
        },
    ],
});

/** The tray is printed as one PDF, and said to be posted. */
registry.category("web_tour.tours").add("document_dispatch_tray", {
    steps: () => [
        ...openMenu("menu_outbox", "menu_paper"),
        {
            content: "It waits, and says why",
            trigger: ".o_list_view .o_data_row:contains('refuses e-mail')",
        },
        {
            content: "Print all of it",
            trigger: ".o_control_panel button[name='action_print_tray']",
            run: "click",
        },
        {
            content: "The window says for how many",
            trigger: ".modal .modal-body",
        },
        {
            content: "Print",
            trigger: ".modal footer .btn-primary",
            run: "click",
        },
        {
            content: "The tray is empty, or the run is open",
            trigger: "body:not(:has(.modal))",
        },
        ...openMenu("menu_outbox", "menu_print"),
        {
            content: "The run is kept",
            trigger: ".o_list_view .o_data_row td[name='envelopes']",
            run: "click",
        },
        {
            content: "It goes to the post",
            trigger: "button[name='action_mark_sent_by_post']",
            run: "click",
        },
        {
            content: "Nothing is said by one click",
            trigger: ".modal footer .btn-primary",
            run: "click",
        },
        {
            content: "It was an error",
            trigger: "button[name='action_undo_sent_by_post']",
            run: "click",
        },
        {
            content: "It goes after all",
            trigger: "button[name='action_mark_sent_by_post']",
            run: "click",
        },
        {
            content: "Say so again",
            trigger: ".modal footer .btn-primary",
            run: "click",
        },
        {
            content: "Nothing is left to post",
            trigger: ".o_form_view:not(:has(button[name='action_mark_sent_by_post']))",
        },
    ],
});
