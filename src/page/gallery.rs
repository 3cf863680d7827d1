//! The gallery of all figures, and the dialog that writes the code to embed one.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::{Array, Object, Reflect};
use plotters::drawing::IntoDrawingArea as _;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Document, Element, Event, HtmlCanvasElement, HtmlDialogElement, HtmlElement, HtmlIFrameElement,
    HtmlInputElement, HtmlSelectElement, IntersectionObserver, IntersectionObserverEntry,
    MessageEvent, Window,
};

use super::canvas::{Pen, Surface};
use super::dom;
use super::share::page_address;
use crate::charts::{Palette, draw_spirals, draw_study, draw_training, draw_units};
use crate::scene::{Embed, Host, Measured, Scene, Sections, figure_title};
use crate::settings::{Figure, Hidden, Named as _, Settings, shortest};

/// As high as most figures are with their controls, until the preview has said how high it is.
const USUAL_HEIGHT: u32 = 560;

/// The sizes in CSS pixels in which the cards' pictures are drawn, which the styles scale: of a figure of
/// one part, and of one whose two parts have to be beside each other.
const CARD: (u32, u32) = (340, 255);
const WIDE_CARD: (u32, u32) = (560, 420);

/// So many pixels they are across: a card is half as wide, and a browser makes a mess of small letters
/// that have to shrink by more.
const PIXELS: f64 = 400.0;

/// The gallery and its dialog.
#[derive(Clone)]
pub(super) struct Gallery {
    window: Window,
    document: Document,
    dialog: HtmlDialogElement,
    figure: HtmlSelectElement,
    host: HtmlSelectElement,
    code: Element,
    preview: Element,
    /// The cards of figures of which the page has no picture that would do.
    canvases: Vec<(Figure, HtmlCanvasElement)>,
    /// The colours in which these are drawn, once they are.
    drawn: Rc<Cell<Option<&'static Palette>>>,
}

impl Gallery {
    /// Hangs up a picture of each figure, and listens to the dialog that they open; `settings` are
    /// those that are shown at the moment, and `palette` has the colours.
    ///
    /// # Errors
    /// When the page lacks the dialog, or the browser refuses.
    pub(super) fn listen(
        window: &Window,
        document: &Document,
        settings: impl Fn() -> Settings + Clone + 'static,
        palette: impl Fn() -> &'static Palette + 'static,
    ) -> Result<Self, JsValue> {
        let mut gallery = Self {
            window: window.clone(),
            document: document.clone(),
            dialog: dom::element(document, "#embed-dialog")?,
            figure: dom::element(document, "#embed-figure")?,
            host: dom::element(document, "#embed-host")?,
            code: dom::element(document, "#embed-code")?,
            preview: dom::element(document, "#embed-preview")?,
            canvases: Vec::new(),
            drawn: Rc::default(),
        };
        let wall: Element = dom::element(document, "#gallery")?;
        for (name, figure) in Figure::NAMES {
            gallery.hang(&wall, *figure)?;
            let option = dom::create(document, "option", "")?;
            dom::set_attribute(&option, "value", name);
            option.set_text_content(Some(figure_title(*figure)));
            gallery.figure.append_child(&option)?;
        }
        let parts: Element = dom::element(document, "#embed-hide")?;
        for name in &Hidden::PARTS[..Hidden::OF_FIGURES] {
            gallery.add_part(&parts, name)?;
        }
        for input in [
            parts.as_ref(),
            gallery.figure.as_ref(),
            gallery.host.as_ref(),
        ] {
            let (this, settings) = (gallery.clone(), settings.clone());
            dom::listen(input, "change", move |_: Event| this.show(&settings()))?;
        }
        for button in dom::elements::<HtmlElement>(document, "button[data-embed-figure]")? {
            let (this, settings) = (gallery.clone(), settings.clone());
            let name = button
                .get_attribute("data-embed-figure")
                .unwrap_or_default();
            dom::listen(&button, "click", move |_: Event| {
                this.figure.set_value(&name);
                this.open(&settings());
            })?;
        }
        let close: HtmlElement = dom::element(document, "#embed-dialog [data-close]")?;
        let dialog = gallery.dialog.clone();
        dom::listen(&close, "click", move |_: Event| dialog.close())?;
        // A preview that nobody sees must not go on.
        let this = gallery.clone();
        dom::listen(&gallery.dialog, "close", move |_: Event| {
            this.preview.set_text_content(None);
        })?;
        let this = gallery.clone();
        dom::listen(window, "message", move |event: MessageEvent| {
            this.fit(&event, &settings);
        })?;
        gallery.draw_when_seen(&wall, palette)?;
        Ok(gallery)
    }

    /// Few readers come as far as the gallery.
    fn draw_when_seen(
        &self,
        wall: &Element,
        palette: impl Fn() -> &'static Palette + 'static,
    ) -> Result<(), JsValue> {
        let this = self.clone();
        let seen = Closure::<dyn Fn(Array)>::new(move |entries: Array| {
            let is_seen = |entry: JsValue| IntersectionObserverEntry::from(entry).is_intersecting();
            if entries.iter().any(is_seen) {
                this.draw(palette());
            }
        });
        IntersectionObserver::new(seen.as_ref().unchecked_ref())?.observe(wall);
        // The observer lives as long as the page.
        seen.forget();
        Ok(())
    }

    /// Draws anew what has been drawn, if the colours are others.
    pub(super) fn recolour(&self, palette: &'static Palette) {
        if self.drawn.get().is_some() {
            self.draw(palette);
        }
    }

    /// Draws the cards that have a canvas.
    fn draw(&self, palette: &'static Palette) {
        if self.drawn.replace(Some(palette)) == Some(palette) {
            return;
        }
        let scene = Scene::of(&Settings::default(), Measured::default(), Sections::ALL);
        for (figure, canvas) in &self.canvases {
            match draw(*figure, canvas, &scene, palette) {
                Ok(()) => dom::set_attribute(canvas, "data-drawn", ""),
                Err(error) => super::log(&error),
            }
        }
    }

    /// A button with the picture that the page has of the figure; where it has none, or one without
    /// curves, with one that is drawn when it is seen.
    fn hang(&mut self, wall: &Element, figure: Figure) -> Result<(), JsValue> {
        let button = dom::create(&self.document, "button", "card")?;
        dom::set_attribute(&button, "type", "button");
        dom::set_attribute(&button, "data-embed-figure", figure.name());
        let picture = format!("#figure-{} .picture.small", figure.name());
        let picture = self.document.query_selector(&picture)?;
        let picture: Element = match picture.filter(|_| figure != Figure::Training) {
            Some(picture) => picture.clone_node_with_deep(true)?.unchecked_into(),
            None => {
                let canvas = dom::create(&self.document, "canvas", "picture")?;
                self.canvases
                    .push((figure, canvas.clone().unchecked_into()));
                canvas
            }
        };
        // The title says it.
        dom::set_attribute(&picture, "aria-hidden", "true");
        dom::remove_attribute(&picture, "aria-label");
        button.append_child(&picture)?;
        let title = dom::create(&self.document, "span", "")?;
        title.set_text_content(Some(figure_title(figure)));
        button.append_child(&title)?;
        wall.append_child(&button)?;
        Ok(())
    }

    fn add_part(&self, parts: &Element, name: &str) -> Result<(), JsValue> {
        let label = dom::create(&self.document, "label", "")?;
        let input = dom::create(&self.document, "input", "")?;
        dom::set_attribute(&input, "type", "checkbox");
        dom::set_attribute(&input, "value", name);
        let text = dom::create(&self.document, "span", "")?;
        text.set_text_content(Some(name));
        label.append_child(&input)?;
        label.append_child(&text)?;
        parts.append_child(&label)?;
        Ok(())
    }

    fn open(&self, settings: &Settings) {
        self.close_menu();
        if let Err(error) = self.dialog.show_modal() {
            super::log(&error);
        }
        self.show(settings);
    }

    /// Closes the menu that the dialog is opened from, which gives the focus back to its button: there the
    /// dialog finds it, and leaves it when it is closed.
    fn close_menu(&self) {
        let menu = self.document.query_selector("[popover]:popover-open");
        if let Ok(Some(menu)) = menu
            && let Err(error) = menu.unchecked_ref::<HtmlElement>().hide_popover()
        {
            super::log(&error);
        }
    }

    /// The embed that is chosen.
    fn chosen(&self, settings: &Settings) -> Embed {
        let mut hide = settings.hide;
        let parts = dom::elements::<HtmlInputElement>(&self.document, "#embed-hide input");
        for part in parts.unwrap_or_default() {
            hide = hide.with(&part.value(), part.checked());
        }
        let figure = Figure::from_name(&self.figure.value()).unwrap_or(Figure::Ratio);
        let height = self.preview.get_attribute("data-height");
        let height = height
            .and_then(|it| it.parse().ok())
            .unwrap_or(USUAL_HEIGHT);
        Embed::new(&page_address(&self.window), settings, figure, hide, height)
    }

    /// Shows the code and the preview of what is chosen.
    fn show(&self, settings: &Settings) {
        let embed = self.chosen(settings);
        self.write(&embed);
        if let Err(error) = self.preview(&embed) {
            super::log(&error);
        }
    }

    fn write(&self, embed: &Embed) {
        let host = Host::from_name(&self.host.value()).unwrap_or(Host::Html);
        dom::set_text(&self.code, &embed.code(host));
    }

    /// The figure in an iframe as a host has it: the first time a new one, then by message.
    fn preview(&self, embed: &Embed) -> Result<(), JsValue> {
        let fragment = embed.fragment();
        if let Some(frame) = self.preview.first_element_child() {
            let frame: HtmlIFrameElement = frame.unchecked_into();
            let message = Object::new();
            // What is not said stays as it was, and nothing hidden has no name.
            let fragment = if fragment.contains("hide=") {
                fragment
            } else {
                fragment + "&hide="
            };
            for (name, value) in [
                ("target", "dropout-moments"),
                ("type", "set"),
                ("fragment", &fragment),
            ] {
                Reflect::set(&message, &name.into(), &value.into())?;
            }
            if let Some(window) = frame.content_window() {
                window.post_message(&message, "*")?;
            }
            return Ok(());
        }
        let frame = dom::create(&self.document, "iframe", "")?;
        dom::set_attribute(&frame, "title", "Preview");
        dom::set_attribute(&frame, "sandbox", "allow-scripts");
        let page = page_address(&self.window);
        dom::set_attribute(&frame, "src", &format!("{page}#{fragment}"));
        self.preview.append_child(&frame)?;
        Ok(())
    }

    /// The preview says how high it is.
    fn fit(&self, event: &MessageEvent, settings: &impl Fn() -> Settings) {
        let Some(frame) = self.preview.first_element_child() else {
            return;
        };
        let frame: HtmlIFrameElement = frame.unchecked_into();
        let own: JsValue = frame.content_window().into();
        let is_own = event.source().is_some_and(|it| *it == own);
        let height = Reflect::get(&event.data(), &"height".into());
        if let (true, Some(height)) = (is_own, height.ok().and_then(|it| it.as_f64())) {
            let height = shortest(height);
            dom::set_attribute(&frame, "height", &height);
            dom::set_attribute(&self.preview, "data-height", &height);
            self.write(&self.chosen(&settings()));
        }
    }
}

/// Draws a figure on its card. That of training has curves of the long run, since a reader’s own take a
/// while to be there.
fn draw(
    figure: Figure,
    canvas: &HtmlCanvasElement,
    scene: &Scene,
    palette: &Palette,
) -> Result<(), JsValue> {
    let size = match figure {
        Figure::Study | Figure::Spirals => WIDE_CARD,
        _ => CARD,
    };
    let pen = Rc::new(Pen::new(canvas)?);
    let area = Surface::of(&pen, size, PIXELS / f64::from(size.0), None)?.into_drawing_area();
    let drawn = match (figure, &scene.study, &scene.units, &scene.spirals) {
        (Figure::Study, Some(study), ..) => draw_study(&area, study, palette),
        (Figure::Training, Some(study), ..) => draw_training(&area, &study.panels[0], palette),
        (Figure::Units, _, Some(units), _) => draw_units(&area, units, palette),
        (Figure::Spirals, .., Some(spirals)) => draw_spirals(&area, spirals, palette),
        _ => Ok(()),
    };
    drawn.map_err(|error| error.to_string().into())
}
