import { registry } from "@web/core/registry";
import { openMenu } from "@document_dispatch/../tests/tours/menu_steps";

/** The administrator makes a rule from nothing, looks at what it would do, and switches it on. */
registry.category("web_tour.tours").add("document_dispatch_rule", {
    steps: () => [
        ...openMenu("menu_configuration", "menu_rule"),
        {
            content: "Make a rule",
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            content: "Give it a name",
            trigger: ".o_field_widget[name='name'] input",
            run: "edit Faturas do dia",
        },
        {
            content: "Choose documents",
            trigger: ".o_field_widget[name='type_ids'] input",
            run: "edit Invoice",
        },
        {
            content: "Invoices",
            trigger: ".o-autocomplete--dropdown-item:contains('Invoice')",
            run: "click",
        },
        {
            content: "Its sentence says what it will do",
            trigger: ".o_field_widget[name='sentence']:contains('Every day from 08:00 to 18:00'):contains('inactive')",
        },
        {
            content: "Look at what it would do",
            trigger: "button[name='action_preview']",
            run: "click",
        },
        {
            content: "The invoice of today, to whom and why",
            trigger: ".modal .o_data_row:contains('ana@silva.example.com'):contains('Invoice flag on the contact')",
        },
        {
            content: "That of a customer who refuses goes on paper",
            trigger: ".modal .o_data_row:contains('Goes to the paper tray'):contains('refuses')",
        },
        {
            content: "What stays",
            trigger: ".modal .nav-link:contains('Would Not Be Sent')",
            run: "click",
        },
        {
            content: "It was excluded by hand",
            trigger: ".modal .o_data_row:contains('Not to be sent: Combinado por telefone')",
        },
        {
            content: "Close",
            trigger: ".modal footer button:contains('Close')",
            run: "click",
        },
        {
            content: "Switch it on",
            trigger: "body:not(:has(.modal)) .o_field_widget[name='active'] input",
            run: "click",
        },
        {
            content: "It says since when, before it is saved",
            trigger: ".o_form_status_indicator_buttons:not(.invisible)",
        },
        {
            content: "The day of today",
            trigger: ".o_field_widget[name='sentence']:contains('or later')",
        },
        {
            content: "Save",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "It says when it runs",
            trigger: ".o_form_saved .o_field_widget[name='sentence']:contains('The next run is on')",
        },
    ],
});

/** A rule of before is switched on in the list: it asks what becomes of the meantime. */
registry.category("web_tour.tours").add("document_dispatch_rule_again", {
    steps: () => [
        ...openMenu("menu_configuration", "menu_rule"),
        {
            content: "Switch it on",
            trigger: ".o_data_row:contains('Faturas de antes') .o_field_widget[name='active'] input",
            run: "click",
        },
        {
            content: "It asks",
            trigger: ".modal:contains('was inactive') .modal-footer button:contains('Choose')",
            run: "click",
        },
        {
            content: "Only new ones",
            trigger: ".modal button[name='action_resume_today']",
            run: "click",
        },
        {
            content: "It is on",
            trigger:
                "body:not(:has(.modal)) .o_data_row:contains('Faturas de antes') .o_field_widget[name='active'] input:checked",
        },
        {
            content: "Open it",
            trigger: ".o_data_row:contains('Faturas de antes') .o_data_cell[name='name']",
            run: "click",
        },
        {
            content: "Its log",
            trigger: ".o_form_view button[name='action_view_log']",
            run: "click",
        },
        {
            content: "A run that found nothing stands there, too",
            trigger: ".o_list_view .o_data_row:contains('Faturas de antes'):contains('Run now')",
        },
    ],
});
