//! Files to save and texts to copy: each figure as a picture and as data, and what a run measured.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::Array;
use plotters::drawing::IntoDrawingArea as _;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Blob, BlobPropertyBag, Document, Element, Event, HtmlCanvasElement, HtmlElement,
    HtmlInputElement, HtmlSelectElement, Url, Window,
};

use super::canvas::{Pen, Surface};
use super::experiment::Run;
use super::figures::{Figure, Figures};
use super::{copying, dom};
use crate::charts::{Caption, Ground, Palette, Picture, UNIT, draw_paper};
use crate::scene::{Exported, Scene, exact_result_table, result_json, result_table, source};
use crate::settings::Settings;

/// What a reader can take away as what.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Format {
    Svg,
    /// With so many pixels to a CSS pixel.
    Png(f64),
    Csv,
    Json,
    Markdown,
    Latex,
}

const FORMATS: [(&str, Format); 8] = [
    ("SVG", Format::Svg),
    ("PNG", Format::Png(1.0)),
    ("PNG, 2 ×", Format::Png(2.0)),
    ("PNG, 4 ×", Format::Png(4.0)),
    ("CSV", Format::Csv),
    ("JSON", Format::Json),
    ("Markdown table", Format::Markdown),
    ("LaTeX table", Format::Latex),
];

/// The first of them are pictures, which only figures have.
const PICTURES: usize = 4;

impl Format {
    /// How a file's name ends, and its media type.
    fn file(self) -> (&'static str, &'static str) {
        match self {
            Self::Svg => ("svg", "image/svg+xml"),
            Self::Png(_) => ("png", "image/png"),
            Self::Csv => ("csv", "text/csv"),
            Self::Json => ("json", "application/json"),
            Self::Markdown => ("md", "text/markdown"),
            Self::Latex => ("tex", "application/x-tex"),
        }
    }
}

/// What can be taken away.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Subject {
    /// The figure of this name.
    Figure(&'static str),
    /// What the run has measured.
    Result,
    /// The test scores of networks that were trained.
    Scores,
    /// What their layers get.
    Layers,
}

impl Subject {
    fn name(self) -> &'static str {
        match self {
            Self::Figure(name) => name,
            Self::Result => "experiment",
            Self::Scores => "training-scores",
            Self::Layers => "training-layers",
        }
    }

    /// Whether it is of networks that were trained, which keep the settings with which that began.
    pub(super) fn is_trained(self) -> bool {
        matches!(self, Self::Scores | Self::Layers | Self::Figure("training"))
    }
}

/// What a reader wants.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wish {
    pub(super) subject: Subject,
    format: Format,
    captioned: bool,
    ground: Ground,
}

/// What was made of it.
pub(super) enum Made {
    Text(String),
    Picture(HtmlCanvasElement),
}

/// What things are made of.
pub(super) struct Shown<'a> {
    pub(super) document: &'a Document,
    /// With the samples of the run, if there is one.
    pub(super) settings: &'a Settings,
    pub(super) scene: &'a mut Scene,
    pub(super) palette: &'a Palette,
    pub(super) link: &'a str,
    pub(super) run: Option<&'a Run>,
    pub(super) figures: &'a Figures,
}

impl Shown<'_> {
    /// Makes what the reader wants of it.
    ///
    /// # Errors
    /// When the browser refuses, or there is nothing yet to make it of.
    pub(super) fn make(self, wish: Wish) -> Result<Made, JsValue> {
        let exported = Exported {
            name: wish.subject.name(),
            link: self.link,
            settings: self.settings,
        };
        let table = match wish.subject {
            Subject::Figure(name) => {
                let figure = self.figures.iter().find(|it| it.name() == name);
                let figure = figure.ok_or("There is no such figure.")?;
                if let Format::Svg | Format::Png(_) = wish.format {
                    return self.picture(figure, wish);
                }
                let part = figure.part(self.scene);
                part.ok_or("The figure is not there yet.")?.table()
            }
            Subject::Scores | Subject::Layers => {
                let tables = self.scene.training_tables.as_ref();
                let tables = tables.ok_or("The tables are not there yet.")?;
                if wish.subject == Subject::Scores {
                    tables.scores.clone()
                } else {
                    tables.layers.clone()
                }
            }
            Subject::Result => {
                let run = self.run.ok_or("There is no result yet.")?;
                let rows = run.compare();
                match wish.format {
                    Format::Json => {
                        let samples = run.estimate().samples();
                        let text = result_json(self.settings, &rows, samples, run.seconds());
                        return Ok(Made::Text(text));
                    }
                    Format::Csv => exact_result_table(&rows),
                    _ => result_table(&self.scene.quantities),
                }
            }
        };
        Ok(Made::Text(match wish.format {
            Format::Csv => exported.csv(&table),
            Format::Json => exported.json(&table),
            Format::Markdown => exported.markdown(&table),
            _ => exported.latex(&table),
        }))
    }

    fn picture(self, figure: &Figure, wish: Wish) -> Result<Made, JsValue> {
        let (scene, palette) = (self.scene, self.palette);
        let part = (figure.part(scene)).ok_or("The figure is not there yet.")?;
        let (title, summary) = (part.table().caption, part.summary().to_owned());
        let source = source(self.settings);
        let canvas: HtmlCanvasElement = dom::create(self.document, "canvas", "")?.unchecked_into();
        let pen = Rc::new(Pen::new(&canvas)?);

        // As it is on the page; a figure that is not shown has no size.
        let css = |length, otherwise| {
            let length = u32::try_from(length).unwrap_or(0);
            if length > 0 { length } else { otherwise }
        };
        let width = css(figure.canvas.client_width(), 560);
        let height = css(figure.canvas.client_height(), 330);
        let caption = if wish.captioned {
            let area = Surface::of(&pen, (width, height), 1.0, None)?.into_drawing_area();
            Some(Caption::new(&area, &summary, &source).map_err(text)?)
        } else {
            None
        };
        let size = (width, height + caption.as_ref().map_or(0, Caption::height));
        let draw = |surface: Surface<'_>| {
            let area = surface.into_drawing_area();
            if wish.ground == Ground::Paper && wish.format != Format::Svg {
                draw_paper(&area, palette).map_err(text)?;
            }
            let (top, bottom) = area.split_vertically(height * UNIT);
            figure.draw_on(&top, scene, palette).map_err(text)?;
            match &caption {
                Some(caption) => caption.draw(&bottom, palette).map_err(text),
                None => Ok(()),
            }
        };
        if let Format::Png(scale) = wish.format {
            draw(Surface::of(&pen, size, scale, None)?)?;
            dom::set_attribute(&canvas, "role", "img");
            dom::set_attribute(&canvas, "aria-label", &summary);
            return Ok(Made::Picture(canvas));
        }
        // The canvas measures the texts.
        let picture = Picture::draw_with(size, palette, &|_, _| 0.0, |svg| {
            draw(Surface::of(&pen, size, 1.0, Some(svg))?)
        })?;
        let description = format!("{summary} {source}");
        Ok(Made::Text(picture.document(
            palette,
            wish.ground,
            &title,
            &description,
        )))
    }
}

fn text(error: impl std::fmt::Display) -> JsValue {
    error.to_string().into()
}

pub(super) type Make = Rc<dyn Fn(Wish) -> Result<Made, JsValue>>;

/// Puts a form at the end of an element when that is first opened, which an event of this kind tells:
/// Chromium looks for what it could fill in as a page is loaded, and lays out all that is around it.
///
/// # Errors
/// When the browser refuses.
pub(super) fn offer_once_opened(
    (window, document): (&Window, &Document),
    (parent, opening): (&Element, &str),
    subject: Subject,
    make: &Make,
) -> Result<(), JsValue> {
    let (window, document) = (window.clone(), document.clone());
    let (place, make) = (parent.clone(), Rc::clone(make));
    let is_there = Cell::new(false);
    dom::listen(parent, opening, move |_: Event| {
        if !is_there.get() {
            is_there.set(offer(&window, &document, &place, subject, &make).is_ok());
        }
    })
}

/// Puts a form at the end of an element that saves and copies a figure, or a table.
///
/// # Errors
/// When the browser refuses.
pub(super) fn offer(
    window: &Window,
    document: &Document,
    parent: &Element,
    subject: Subject,
    make: &Make,
) -> Result<(), JsValue> {
    let form = Rc::new(Form::new(window, document, parent, subject, make)?);
    let of_format = Rc::clone(&form);
    dom::listen(&form.format, "change", move |_: Event| {
        of_format.show_options();
    })?;
    form.show_options();
    let saved = Rc::clone(&form);
    dom::listen(&form.save, "click", move |_: Event| {
        if let Err(error) = Form::save(&saved) {
            saved.tell(&error);
        }
    })?;
    let copied = Rc::clone(&form);
    dom::listen(&form.copy, "click", move |_: Event| {
        if let Err(error) = copied.copy() {
            copied.tell(&error);
        }
    })
}

struct Form {
    window: Window,
    document: Document,
    make: Make,
    subject: Subject,
    /// Its first option's place among all formats.
    first: usize,
    format: HtmlSelectElement,
    /// What only pictures have.
    options: Element,
    caption: HtmlInputElement,
    background: HtmlInputElement,
    save: HtmlElement,
    copy: HtmlElement,
    /// Shows what was made, where that was asked for or can't be saved.
    made: Element,
    /// The address of the last file, until there is another.
    address: RefCell<Option<String>>,
}

impl Form {
    fn new(
        window: &Window,
        document: &Document,
        parent: &Element,
        subject: Subject,
        make: &Make,
    ) -> Result<Self, JsValue> {
        let create = |tag: &str, class: &str, parent: &Element| -> Result<Element, JsValue> {
            let element = dom::create(document, tag, class)?;
            Ok(parent.append_child(&element)?.unchecked_into())
        };
        let form = create("div", "export", parent)?;
        let first = if let Subject::Figure(_) = subject {
            0
        } else {
            PICTURES
        };

        let label = create("label", "", &form)?;
        label.set_text_content(Some("As "));
        let format = create("select", "", &label)?;
        for (name, _) in FORMATS.iter().skip(first) {
            create("option", "", &format)?.set_text_content(Some(name));
        }
        let options = create("span", "", &form)?;
        let option = |name: &str| -> Result<HtmlInputElement, JsValue> {
            let label = create("label", "", &options)?;
            let input: HtmlInputElement = create("input", "", &label)?.unchecked_into();
            input.set_type("checkbox");
            input.set_checked(true);
            label.append_with_str_1(name)?;
            Ok(input)
        };
        let (caption, background) = (option(" caption")?, option(" background")?);
        let actions = create("div", "actions", &form)?;
        let button = |name: &str| -> Result<HtmlElement, JsValue> {
            let button = create("button", "quiet", &actions)?;
            dom::set_attribute(&button, "type", "button");
            button.set_text_content(Some(name));
            Ok(button.unchecked_into())
        };
        Ok(Self {
            window: window.clone(),
            document: document.clone(),
            make: Rc::clone(make),
            subject,
            first,
            format: format.unchecked_into(),
            options,
            caption,
            background,
            save: button("Save")?,
            copy: button("Copy")?,
            made: create("div", "made", &form)?,
            address: RefCell::default(),
        })
    }

    fn format(&self) -> Format {
        let index = usize::try_from(self.format.selected_index()).unwrap_or(0);
        FORMATS[(self.first + index).min(FORMATS.len() - 1)].1
    }

    /// Only pictures have a caption and a background.
    fn show_options(&self) {
        let is_picture = matches!(self.format(), Format::Svg | Format::Png(_));
        dom::toggle_attribute(&self.options, "hidden", !is_picture);
        dom::set_text(&self.copy, "Copy");
        self.made.set_text_content(None);
    }

    fn make(&self) -> Result<Made, JsValue> {
        (self.make)(Wish {
            subject: self.subject,
            format: self.format(),
            captioned: self.caption.checked(),
            ground: if self.background.checked() {
                Ground::Paper
            } else {
                Ground::Transparent
            },
        })
    }

    /// Makes a file of it. A page in somebody else's sandbox may be refused that, and is not told: it
    /// shows what it has made too.
    fn save(this: &Rc<Self>) -> Result<(), JsValue> {
        let made = this.make()?;
        let location = this.window.location();
        if this.window.origin() == "null" && location.protocol()? != "file:" {
            this.show(&made)?;
        }
        match made {
            Made::Text(text) => {
                let options = BlobPropertyBag::new();
                options.set_type(this.format().file().1);
                let parts = Array::of1(&text.into());
                this.download(&Blob::new_with_str_sequence_and_options(&parts, &options)?)
            }
            Made::Picture(canvas) => {
                let form = Rc::clone(this);
                let then = Closure::once_into_js(move |blob: JsValue| {
                    // There is none where the picture is too large for the browser.
                    if let Some(blob) = blob.dyn_ref::<Blob>()
                        && let Err(error) = form.download(blob)
                    {
                        super::log(&error);
                    }
                });
                canvas.to_blob(then.unchecked_ref())
            }
        }
    }

    fn download(&self, blob: &Blob) -> Result<(), JsValue> {
        let address = Url::create_object_url_with_blob(blob)?;
        let name = self.subject.name();
        let (ending, _) = self.format().file();
        let link = dom::create(&self.document, "a", "")?;
        dom::set_attribute(&link, "href", &address);
        dom::set_attribute(&link, "download", &format!("dropout-{name}.{ending}"));
        link.unchecked_ref::<HtmlElement>().click();
        if let Some(before) = self.address.replace(Some(address)) {
            Url::revoke_object_url(&before)?;
        }
        Ok(())
    }

    /// Shows it, and copies it if it is a text: a picture can be copied from there.
    fn copy(&self) -> Result<(), JsValue> {
        let made = self.make()?;
        let shown = self.show(&made)?;
        let label = match made {
            Made::Text(_) if copying::copy(&self.document, &shown) => "Copied",
            Made::Text(_) => "Press Ctrl+C",
            Made::Picture(_) => "Copy it below",
        };
        dom::set_text(&self.copy, label);
        Ok(())
    }

    /// Says in the place of what was to be made why it was not: a reason of ours is a text.
    fn tell(&self, error: &JsValue) {
        match (error.as_string(), dom::create(&self.document, "p", "")) {
            (Some(reason), Ok(told)) => {
                dom::set_attribute(&told, "role", "alert");
                told.set_text_content(Some(&reason));
                self.made.set_text_content(None);
                // Appending a new element to one that is there does not fail.
                let _ = self.made.append_child(&told);
            }
            _ => super::log(error),
        }
    }

    fn show(&self, made: &Made) -> Result<Element, JsValue> {
        let shown: Element = match made {
            Made::Text(text) => {
                let shown = dom::create(&self.document, "pre", "")?;
                dom::set_attribute(&shown, "tabindex", "0");
                shown.set_text_content(Some(text));
                shown
            }
            Made::Picture(canvas) => canvas.clone().into(),
        };
        self.made.set_text_content(None);
        self.made.append_child(&shown)?;
        Ok(shown)
    }
}
