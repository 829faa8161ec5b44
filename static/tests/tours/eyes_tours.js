import { registry } from "@web/core/registry";

/** WCAG 2.2: text has a contrast of 4.5, and who walks with the keyboard sees where they are. */
const CONTRAST = 4.5;

function luminance([red, green, blue]) {
    const part = (value) => {
        const share = value / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    };
    return 0.2126 * part(red) + 0.7152 * part(green) + 0.0722 * part(blue);
}

function parse(color) {
    const [red, green, blue, alpha = 1] = color.match(/[\d.]+/g).map(Number);
    return { rgb: [red, green, blue], alpha };
}

/** The colour behind an element: those of its ancestors, as far as they are not transparent. */
function background(element) {
    for (let node = element; node; node = node.parentElement) {
        const { rgb, alpha } = parse(getComputedStyle(node).backgroundColor);
        if (alpha === 1) {
            return rgb;
        }
    }
    return [255, 255, 255];
}

function contrast(element) {
    const behind = background(element);
    const { rgb, alpha } = parse(getComputedStyle(element).color);
    const seen = rgb.map((value, index) => value * alpha + behind[index] * (1 - alpha));
    const [light, dark] = [luminance(seen), luminance(behind)].sort((one, other) => other - one);
    return (light + 0.05) / (dark + 0.05);
}

function hasText(element) {
    return [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
}

function checkContrast(root) {
    const poor = [...root.querySelectorAll("*")]
        .filter((element) => element.checkVisibility() && hasText(element) && contrast(element) < CONTRAST)
        .map((element) => `${element.textContent.trim().slice(0, 40)}: ${contrast(element).toFixed(2)}`);
    if (poor.length) {
        throw new Error(`Too little contrast: ${poor.join("; ")}`);
    }
}

function look(element) {
    const { outlineStyle, outlineWidth, boxShadow, borderColor } = getComputedStyle(element);
    return JSON.stringify([outlineStyle === "none" ? 0 : outlineWidth, boxShadow, borderColor]);
}

function checkFocus(root) {
    const elements = [...root.querySelectorAll("a, button, summary, input:not([type='hidden']), textarea")].filter(
        (element) => element.checkVisibility(),
    );
    if (!elements.length) {
        throw new Error("There is nothing to walk through");
    }
    for (const element of elements) {
        element.style.transition = "none";
        element.blur();
        const before = look(element);
        element.focus({ focusVisible: true });
        if (document.activeElement !== element || look(element) === before) {
            throw new Error(`One does not see the focus on ${element.outerHTML.slice(0, 120)}`);
        }
    }
}

/** A public page, for those who walk with the keyboard, or see little: all that can be opened is open. */
registry.category("web_tour.tours").add("document_dispatch_eyes", {
    steps: () => [
        {
            content: "It can be read, and walked through",
            trigger: "main h1",
            run: () => {
                const page = document.querySelector("main");
                page.querySelectorAll("details").forEach((details) => (details.open = true));
                checkContrast(page);
                checkFocus(page);
            },
        },
    ],
});
