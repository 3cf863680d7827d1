//! Links to what the page shows: in the section that says how to take it away, and in the menu of
//! each figure.

use js_sys::Reflect;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, Element, Event, HtmlElement, ShareData, Window};

use super::figures::Figures;
use super::{copying, dom};
use crate::settings::{Figure, Hidden, Named as _, Settings};

/// The places that show a link.
pub(super) struct Share {
    window: Window,
    permalink: Element,
    /// From a figure that stands alone to the whole page.
    home: Element,
    menus: Vec<Menu>,
}

/// What a figure's own button opens.
struct Menu {
    figure: Figure,
    element: Element,
    link: Element,
}

impl Share {
    /// Gives each figure its menu, and listens to the buttons.
    ///
    /// # Errors
    /// When the page lacks the section, or the browser refuses.
    pub(super) fn new(
        window: &Window,
        document: &Document,
        figures: &Figures,
    ) -> Result<Self, JsValue> {
        let mut menus = Vec::new();
        for figure in figures.iter() {
            if let Ok(named) = Figure::from_name(figure.name()) {
                menus.push(Menu::new(document, named, figure.data.details())?);
            }
        }
        let share = Self {
            window: window.clone(),
            permalink: dom::element(document, "#permalink")?,
            home: dom::element(document, ".home a")?,
            menus,
        };
        share.offer_to_share(document)?;
        share.open_home_outside()?;
        Ok(share)
    }

    /// The system's own way to send the link on, where there is one.
    fn offer_to_share(&self, document: &Document) -> Result<(), JsValue> {
        let navigator = self.window.navigator();
        if !Reflect::has(&navigator, &"share".into())? {
            return Ok(());
        }
        let button: HtmlElement = dom::element(document, "button[data-action=share]")?;
        button.set_hidden(false);
        let (title, link) = (document.title(), self.permalink.clone());
        // That the reader thinks better of it is no error; where it is refused, the link is copied.
        let copy = copying::copier(document, &button, link.clone());
        let refused = Closure::<dyn FnMut(JsValue)>::new(move |error: JsValue| {
            let name = Reflect::get(&error, &"name".into());
            if name.ok().and_then(|it| it.as_string()).as_deref() == Some("NotAllowedError") {
                copy();
            }
        });
        dom::listen(&button, "click", move |_: Event| {
            let data = ShareData::new();
            data.set_title(&title);
            data.set_url(&link.text_content().unwrap_or_default());
            let _ = navigator.share_with_data(&data).catch(&refused);
        })
    }

    /// The menus of the figures, and what each is of.
    pub(super) fn menus(&self) -> impl Iterator<Item = (Figure, &Element)> {
        self.menus.iter().map(|menu| (menu.figure, &menu.element))
    }

    /// The link to what is shown.
    pub(super) fn link(&self) -> String {
        self.permalink.text_content().unwrap_or_default()
    }

    /// Where a host lets no new window open, the link leads there in the iframe itself.
    fn open_home_outside(&self) -> Result<(), JsValue> {
        let (window, home) = (self.window.clone(), self.home.clone());
        dom::listen(&self.home, "click", move |event: Event| {
            let link = home.get_attribute("href").unwrap_or_default();
            let opened = window.open_with_url_and_target(&link, "_blank");
            if opened.is_ok_and(|window| window.is_some()) {
                event.prevent_default();
            }
        })
    }

    /// From now on all links are to these settings.
    pub(super) fn show(&self, settings: &Settings) {
        let page = page_address(&self.window);
        let mut whole = settings.clone();
        whole.embed = None;
        let fragment = whole.to_fragment();
        dom::set_text(&self.permalink, &format!("{page}#{fragment}"));
        whole.hide = Hidden::default();
        dom::set_attribute(
            &self.home,
            "href",
            &format!("{page}#{}", whole.to_fragment()),
        );
        for menu in &self.menus {
            let link = figure_address(&page, menu.figure, &fragment);
            dom::set_text(&menu.link, &link);
        }
    }
}

impl Menu {
    /// A button after the figure's data, and the menu that it opens.
    fn new(document: &Document, figure: Figure, data: &Element) -> Result<Self, JsValue> {
        let id = format!("take-{}", figure.name());
        let button = dom::create(document, "button", "take")?;
        dom::set_attribute(&button, "type", "button");
        dom::set_attribute(&button, "popovertarget", &id);
        button.set_text_content(Some("Take it with you"));

        let menu = dom::create(document, "div", "menu")?;
        for (name, value) in [
            ("id", id.as_str()),
            ("popover", ""),
            ("role", "group"),
            ("aria-label", "Take this figure with you"),
        ] {
            dom::set_attribute(&menu, name, value);
        }
        let hint = dom::create(document, "p", "hint")?;
        hint.set_text_content(Some("A link to this figure, as it is now:"));
        let link = dom::create(document, "code", "")?;
        let copy = quiet_button(document, "Copy")?;
        copying::copy_on_click(document, &copy, link.clone())?;
        let embed = quiet_button(document, "Embed it …")?;
        dom::set_attribute(&embed, "data-embed-figure", figure.name());
        for child in [&hint, &link, &copy, &embed] {
            menu.append_child(child)?;
        }
        if let Some(parent) = data.parent_node() {
            let after = data.next_sibling();
            parent.insert_before(&button, after.as_ref())?;
            parent.insert_before(&menu, after.as_ref())?;
        }
        Ok(Self {
            figure,
            element: menu,
            link,
        })
    }
}

fn quiet_button(document: &Document, label: &str) -> Result<HtmlElement, JsValue> {
    let button = dom::create(document, "button", "quiet")?;
    dom::set_attribute(&button, "type", "button");
    button.set_text_content(Some(label));
    Ok(button.unchecked_into())
}

/// The address of the page, without its fragment.
pub(super) fn page_address(window: &Window) -> String {
    let address = window.location().href().unwrap_or_default();
    let end = address.find('#').unwrap_or(address.len());
    let page = &address[..end];
    // A folder on the disk shows its files.
    let page = match address.starts_with("http") {
        true => page.trim_end_matches("index.html"),
        false => page,
    };
    page.to_owned()
}

/// The address of a figure: that of the page that was made for it, which a link's preview shows as
/// the figure that it is. From the disk, and where the page is one file, that of the page with the
/// figure alone in it.
fn figure_address(page: &str, figure: Figure, fragment: &str) -> String {
    let name = figure.name();
    if page.starts_with("http") && page.ends_with('/') {
        return format!("{page}figure/{name}/#{fragment}");
    }
    format!("{page}#embed={name}&{fragment}")
}
