//! The page as a whole: from events to settings, from settings to what is shown.

mod glide;
mod pointing;

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use js_sys::Array;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Blob, Document, Element, Event, HtmlInputElement, IntersectionObserver,
    IntersectionObserverEntry, IntersectionObserverInit, MediaQueryList, ResizeObserver, Window,
};

use self::glide::Glide;
use super::code::Code;
use super::controls::{Change, Controls};
use super::copying;
use super::derivation;
use super::dom::{self, now};
use super::experiment::Run;
use super::export::{self, Made, Make, Shown, Subject, Wish};
use super::figures::{Figure, Figures, Which};
use super::fragment::Fragment;
use super::gallery::Gallery;
use super::host::Host;
use super::later;
use super::layer::Layer;
use super::parts::State;
use super::sections::PageSections;
use super::self_check;
use super::share::Share;
use super::training;
use super::work::Work;
use super::workers::Report;
use crate::charts::Palette;
use crate::network::Comparison;
use crate::scene::{Measured, Scene, Section, Sections, Symbol};
use crate::settings::{Distribution, Named as _, SampleCount, Seed, Settings, Theme};

/// A change counts as settled when nothing else has happened for so many milliseconds.
const SETTLE: i32 = 250;

/// While a run goes on, its numbers and figures are shown anew at most every so many milliseconds:
/// nobody reads faster, and it takes time from the workers. Its progress is shown in every frame.
const RESULTS_INTERVAL: f64 = 125.0;

/// The page's state and all that shows it.
pub(super) struct App {
    window: Window,
    document: Document,
    this: Weak<RefCell<App>>,
    dark: Option<MediaQueryList>,
    controls: Controls,
    figures: Figures,
    watch: Option<Watch>,
    /// Whether all of the page is there, not only its first view.
    is_complete: bool,
    /// The sections that are shown, when nothing changes, also where they are out of view.
    reached: Sections,
    sections: PageSections,
    layer: Layer,
    /// Once the first view is there, or the reader has asked for something of it.
    work: Option<Work>,
    /// Links to what is shown, where all of the page is there.
    share: Option<Share>,
    code: Option<Rc<Code>>,
    gallery: Option<Gallery>,
    /// The page around this one.
    host: Option<Host>,
    fragment: Fragment,
    announcement: Element,
    settings: Settings,
    /// Where the reader is writing: that input is left alone.
    editing: Option<HtmlInputElement>,
    glide: Option<Glide>,
    /// Where the pointer went down that now holds the marker.
    pressed: (f64, f64),
    frame_requested: bool,
    printing: bool,
    /// Whether the next frame has more to show than a cursor that moved.
    stale: bool,
    /// Whether a cursor has moved since the figures were drawn.
    pointed: bool,
    /// What is shown.
    scene: Option<Scene>,
    results_shown: f64,
    settle_timer: Option<i32>,
    announced: String,
    /// The symbol that the reader points at.
    lit: Option<Symbol>,
}

/// What the page follows of the elements on it.
struct Watch {
    sizes: ResizeObserver,
    view: IntersectionObserver,
}

impl Watch {
    fn figure(&self, figure: &Figure) {
        self.sizes.observe(&figure.canvas);
        self.view.observe(&figure.canvas);
    }
}

type Shared = Rc<RefCell<App>>;

/// A part of making the page whole.
type Step = fn(&Shared) -> Result<(), JsValue>;

impl App {
    /// Shows the page and listens, in several tasks: in between, a slow device can answer its reader.
    pub(super) fn start(window: &Window) -> Result<(), JsValue> {
        let document = window
            .document()
            .ok_or_else(|| JsValue::from_str("the window has no document"))?;
        let mut fragment = Fragment::new(window);
        let parsed = fragment.read(None);
        let mut settings = parsed.settings;
        settings.seed = Some(settings.seed.unwrap_or_else(|| entropy(window)));
        let controls = Controls::new(&document)?;
        controls.notify(&parsed.notices);
        let window = window.clone();
        later::soon(move || {
            let app = Self::new(window, document, settings, fragment, controls)?;
            later::soon(move || {
                Self::listen(&app)?;
                later::load(move || Self::complete(&app));
                Ok(())
            });
            Ok(())
        });
        Ok(())
    }

    fn new(
        window: Window,
        document: Document,
        settings: Settings,
        fragment: Fragment,
        controls: Controls,
    ) -> Result<Shared, JsValue> {
        let dark = window.match_media("(prefers-color-scheme: dark)")?;
        let announcement = dom::element(&document, "#announcement")?;
        let figures = Figures::new(&document)?;
        let sections = PageSections::new(&document)?;
        Ok(Rc::new_cyclic(|this: &Weak<RefCell<Self>>| {
            RefCell::new(Self {
                window,
                document,
                this: this.clone(),
                dark,
                controls,
                figures,
                watch: None,
                is_complete: false,
                reached: Sections::NONE,
                sections,
                layer: Layer::default(),
                work: None,
                share: None,
                code: None,
                gallery: None,
                host: None,
                fragment,
                announcement,
                settings,
                editing: None,
                glide: None,
                pressed: (0.0, 0.0),
                frame_requested: false,
                printing: false,
                stale: true,
                pointed: false,
                scene: None,
                results_shown: f64::NEG_INFINITY,
                settle_timer: None,
                announced: String::new(),
                lit: None,
            })
        }))
    }

    /// Makes the page whole, after its first view: the other figures, what can be read off all of
    /// them, and the experiments. Whatever only this calls is loaded later.
    fn complete(app: &Shared) -> Result<(), JsValue> {
        Self::in_steps(
            app,
            &[
                Self::add_figures,
                Self::listen_to_sections,
                Self::offer_links,
                Self::offer_code,
                Self::hang_gallery,
                Self::listen_to_host,
                Self::complete_figures,
            ],
        );
        Ok(())
    }

    /// Takes one step after the other, each in a task of its own: in between, a slow device can answer
    /// its reader.
    fn in_steps(app: &Shared, steps: &'static [Step]) {
        let Some((step, others)) = steps.split_first() else {
            return;
        };
        let app = Rc::clone(app);
        later::soon(move || {
            step(&app)?;
            Self::in_steps(&app, others);
            Ok(())
        });
    }

    fn add_figures(app: &Shared) -> Result<(), JsValue> {
        let this = &mut *app.borrow_mut();
        let others = this.figures.add_others()?;
        if let Some(watch) = &this.watch {
            others.iter().for_each(|figure| watch.figure(figure));
        }
        Ok(())
    }

    /// What workers are for: before the page is whole, where the reader asks for something of it.
    #[inline(never)] // The first view has none.
    fn work(&mut self) -> Result<&mut Work, JsValue> {
        let work = match self.work.take() {
            Some(work) => work,
            None => {
                let this = self.this.clone();
                Work::new(&self.window, &self.document, move |report| {
                    if let Some(app) = this.upgrade() {
                        app.borrow_mut().hear(report);
                    }
                })?
            }
        };
        Ok(self.work.insert(work))
    }

    fn complete_figures(app: &Shared) -> Result<(), JsValue> {
        let mut this = app.borrow_mut();
        this.is_complete = true;
        this.figures.complete();
        this.show();
        Self::reach(app, 0);
        Ok(())
    }

    /// Shows one section after the other, from this one on, and each in a task of its own.
    fn reach(app: &Shared, next: usize) {
        let app = Rc::clone(app);
        later::soon(move || {
            let mut this = app.borrow_mut();
            if let Some(section) = Section::ALL.get(next) {
                this.reached.set(*section, true);
                this.show();
                Self::reach(&app, next + 1);
                return Ok(());
            }
            if let Some(root) = this.document.document_element() {
                dom::set_attribute(&root, "data-ready", "true");
            }
            // The workers must not hold up the picture.
            if this.settle_timer.is_none() {
                this.settle_soon();
            }
            Ok(())
        });
    }

    /// Gives each figure's menu, and the section of what can be taken away, its files.
    fn offer_files(&self, share: &Share) -> Result<(), JsValue> {
        let this = self.this.clone();
        let make: Make = Rc::new(move |wish| {
            let app = this.upgrade().ok_or("The page is gone.")?;
            let app = app.try_borrow().map_err(|_| "The page is busy.")?;
            app.make(wish)
        });
        let page = (&self.window, &self.document);
        for (figure, menu) in share.menus() {
            let subject = Subject::Figure(figure.name());
            export::offer_once_opened(page, (menu, "beforetoggle"), subject, &make)?;
        }
        for (subject, selector) in [
            (Subject::Scores, "#training-scores"),
            (Subject::Layers, "#training-layers"),
        ] {
            let place = dom::element(&self.document, selector)?;
            export::offer_once_opened(page, (&place, "toggle"), subject, &make)?;
        }
        let place = dom::element(&self.document, "#result-file")?;
        export::offer(&self.window, &self.document, &place, Subject::Result, &make)
    }

    /// Makes a file of what is shown.
    fn make(&self, wish: Wish) -> Result<Made, JsValue> {
        let work = self.work.as_ref().ok_or("The page is not whole yet.")?;
        let run = work.run().filter(|run| run.estimate().samples() > 0);
        let mut settings = self.settings.clone();
        if let Some(run) = run
            && let Ok(samples) = SampleCount::new(run.samples())
        {
            settings.samples = samples;
        }
        let measured = Measured {
            survey: None,
            draws: self.layer.draws(&settings, now(&self.window)),
            ..work.measured()
        };
        let mut scene = Scene::of(&settings, measured, Sections::ALL);
        let mut link = self.share.as_ref().map_or_else(String::new, Share::link);
        if let Some(begun) = work.training().settings(&settings)
            && wish.subject.is_trained()
        {
            settings = begun;
            link.truncate(link.find('#').unwrap_or(link.len()));
            link.extend(["#", &settings.to_fragment()]);
        }
        Shown {
            document: &self.document,
            settings: &settings,
            scene: &mut scene,
            palette: self.palette(),
            link: &link,
            run,
            figures: &self.figures,
        }
        .make(wish)
    }

    /// Links to what is shown, and its files.
    fn offer_links(app: &Shared) -> Result<(), JsValue> {
        let mut this = app.borrow_mut();
        let share = Share::new(&this.window, &this.document, &this.figures)?;
        this.offer_files(&share)?;
        share.show(&this.settings);
        this.share = Some(share);
        Ok(())
    }

    fn offer_code(app: &Shared) -> Result<(), JsValue> {
        let mut this = app.borrow_mut();
        let code = Code::new(&this.document)?;
        if let Some(share) = &this.share {
            code.show(&this.settings, &share.link());
        }
        this.code = Some(code);
        Ok(())
    }

    fn hang_gallery(app: &Shared) -> Result<(), JsValue> {
        let mut this = app.borrow_mut();
        let target = Rc::clone(app);
        let settings = move || target.borrow().settings.clone();
        let target = Rc::clone(app);
        let palette = move || target.borrow().palette();
        let gallery = Gallery::listen(&this.window, &this.document, settings, palette)?;
        this.gallery = Some(gallery);
        Ok(())
    }

    fn listen_to_host(app: &Shared) -> Result<(), JsValue> {
        let mut this = app.borrow_mut();
        let target = Rc::clone(app);
        this.host = Host::listen(&this.window, &this.document, move |fragment| {
            target.borrow_mut().amend(fragment);
        })?;
        Ok(())
    }

    fn listen(app: &Shared) -> Result<(), JsValue> {
        let this = app.borrow();
        for (kind, is_settled) in [("input", false), ("change", true)] {
            let target = Rc::clone(app);
            dom::listen(&this.document, kind, move |event: Event| {
                if let Some(input) = Controls::input_of(&event) {
                    target.borrow_mut().edit(&input, is_settled);
                }
            })?;
        }
        let target = Rc::clone(app);
        dom::listen(&this.document, "click", move |event: Event| {
            let clicked: Option<Element> = event.target().and_then(|it| it.dyn_into().ok());
            let button = clicked.and_then(|it| it.closest("button:enabled").ok()?);
            let Some(button) = button else { return };
            if let Some(set) = button.get_attribute("data-set") {
                target.borrow_mut().set_from_text(&set);
            } else if let Some(action) = button.get_attribute("data-action") {
                target.borrow_mut().act(&action);
            }
        })?;
        let target = Rc::clone(app);
        dom::listen(&this.window, "hashchange", move |_: Event| {
            target.borrow_mut().read_fragment();
        })?;
        drop(this);
        let watch = Self::listen_to_screen(app)?;
        let mut this = app.borrow_mut();
        this.watch = Some(watch);
        let Self {
            fragment, settings, ..
        } = &mut *this;
        // With a seed, if it had none.
        fragment.replace(settings);
        this.request_frame();
        Ok(())
    }

    /// Listens to what lies outside of the first view.
    fn listen_to_sections(app: &Shared) -> Result<(), JsValue> {
        let mut this = app.borrow_mut();
        let target = Rc::clone(app);
        let work = this.work()?;
        work.own_data()
            .listen(move |blob| target.borrow_mut().read_data(&blob))?;
        for details in work.training().tables() {
            let target = Rc::clone(app);
            dom::listen(details, "toggle", move |_: Event| {
                target.borrow_mut().request_frame();
            })?;
        }
        for (index, figure) in this.figures.iter().enumerate() {
            Self::listen_to_figure(app, index, figure)?;
        }
        derivation::listen_to_steps(&this.document)?;
        copying::listen(&this.document)?;
        self_check::listen(&this.document, &this.window)?;
        let target = this.this.clone();
        derivation::listen_to_symbols(&this.document, move |symbol| {
            let Some(app) = target.upgrade() else { return };
            // Where the page itself moves the focus, it is busy; the next frame is on its way.
            if let Ok(mut app) = app.try_borrow_mut()
                && app.lit != symbol
            {
                app.lit = symbol;
                app.request_frame();
            }
        })
    }

    /// The figures follow their size, the screen's resolution and the colour scheme.
    fn listen_to_screen(app: &Shared) -> Result<Watch, JsValue> {
        let this = app.borrow();
        let target = Rc::clone(app);
        let resized = Closure::<dyn Fn()>::new(move || {
            let mut app = target.borrow_mut();
            app.figures.forget_sizes();
            app.request_frame();
        });
        let sizes = ResizeObserver::new(resized.as_ref().unchecked_ref())?;
        let target = Rc::clone(app);
        let seen = Closure::<dyn Fn(Array)>::new(move |entries: Array| {
            let mut app = target.borrow_mut();
            for entry in entries.iter() {
                let entry: IntersectionObserverEntry = entry.unchecked_into();
                app.figures.see(&entry.target(), entry.is_intersecting());
                app.sections.see(&entry.target(), entry.is_intersecting());
            }
            if app.is_complete {
                app.feed();
            }
            app.request_frame();
        });
        let options = IntersectionObserverInit::new();
        options.set_root_margin(&format!("{}px 0px", dom::MARGIN));
        let view = IntersectionObserver::new_with_options(seen.as_ref().unchecked_ref(), &options)?;
        let watch = Watch { sizes, view };
        for figure in this.figures.iter() {
            watch.figure(figure);
        }
        for section in this.sections.elements() {
            watch.view.observe(section);
        }
        // The observers live as long as the page.
        resized.forget();
        seen.forget();
        let target = Rc::clone(app);
        dom::listen(&this.window, "resize", move |_: Event| {
            target.borrow_mut().request_frame();
        })?;
        let target = Rc::clone(app);
        dom::listen(&this.window, "beforeprint", move |_: Event| {
            let mut app = target.borrow_mut();
            app.printing = true;
            app.figures.forget_sizes();
            app.show();
        })?;
        let target = Rc::clone(app);
        dom::listen(&this.window, "afterprint", move |_: Event| {
            let mut app = target.borrow_mut();
            app.printing = false;
            app.request_frame();
        })?;
        if let Some(dark) = &this.dark {
            let target = Rc::clone(app);
            dom::listen(dark, "change", move |_: Event| {
                let mut app = target.borrow_mut();
                app.request_frame();
                app.recolour_gallery();
            })?;
        }
        Ok(watch)
    }

    fn edit(&mut self, input: &HtmlInputElement, settled: bool) {
        self.controls.forget(input);
        match Controls::change(&self.settings, input) {
            Change::To(settings) => {
                Controls::mark(input, None);
                self.editing = (!settled).then(|| input.clone());
                self.change(*settings, settled);
            }
            Change::Refused(_) if input.value() == Distribution::Custom.name() => {
                self.controls
                    .notify(&["Give your own data first: paste them, or choose a file."]);
                self.focus_on_data();
                self.request_frame();
            }
            Change::Refused(reason) => {
                Controls::mark(input, Some(&reason.to_string()));
                self.editing = (!settled).then(|| input.clone());
                if settled {
                    self.correct(input);
                }
            }
        }
    }

    /// Sets what is nearest to the text of an input that is not allowed, and says so.
    #[inline(never)] // Seldom in the first view.
    fn correct(&mut self, input: &HtmlInputElement) {
        let key = input.get_attribute("data-setting").unwrap_or_default();
        let mut settings = self.settings.clone();
        let Err(reason) = settings.set_nearest(&key, &input.value()) else {
            return;
        };
        let used = settings.shown(&key).unwrap_or_default();
        let how = if reason.nearest().is_some() {
            "is now"
        } else {
            "stays at"
        };
        self.change(settings, true);
        // A browser hands no text over that isn't a number.
        let refused = match input.value().as_str() {
            "" => "what was written".to_owned(),
            text => format!("“{text}”"),
        };
        let line = format!("{reason}; {refused} is not, so it {how} {used}.");
        self.controls.notify(&[line]);
    }

    fn set_from_text(&mut self, pairs: &str) {
        let mut settings = self.settings.clone();
        for pair in pairs.split('&') {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            if let Err(reason) = settings.set(key, value) {
                super::log(&reason.to_string().into());
                return;
            }
        }
        self.glide_to(settings);
    }

    fn act(&mut self, action: &str) {
        match action {
            "draw" => self.draw_to(self.settings.draw.wrapping_add(1)),
            "draw-many" => self.draw_to(self.settings.draw.wrapping_add(1000)),
            "draw-none" => {
                self.layer.forget();
                self.draw_to(0);
            }
            "reset" => {
                let settings = self.settings.reset();
                self.glide_to(settings);
            }
            _ => {
                if let Err(error) = self.act_on_work(action) {
                    super::log(&error);
                }
            }
        }
    }

    #[inline(never)] // The first view has none.
    fn act_on_work(&mut self, action: &str) -> Result<(), JsValue> {
        let settings = self.settings.clone();
        let work = self.work()?;
        match action {
            "run" => self.run_anew(settings.samples),
            "run-full" => self.run_anew(SampleCount::FORUM),
            "cancel" => work.cancel_run(),
            "simulate" => {
                work.simulate(&settings);
                self.glide = None;
            }
            "cancel-simulation" => work.cancel_simulation(),
            "learn" => work.learn(&settings),
            "cancel-learning" => work.cancel_learning(),
            "train" => self.train(Comparison::new(&settings)),
            "train-long" => self.train(Comparison::long(&settings)),
            "train-pause" => work.pause_training(),
            "train-cancel" => work.cancel_training(),
            "use-text" => {
                let blob = work.own_data().pasted()?;
                self.read_data(&blob);
            }
            "cancel-data" => work.own_data().cancel(),
            _ => return Ok(()),
        }
        self.feed();
        self.request_frame();
        Ok(())
    }

    /// From now on the figures of single draws show this one.
    fn draw_to(&mut self, draw: u32) {
        let mut settings = self.settings.clone();
        settings.draw = draw;
        self.change(settings, true);
    }

    #[inline(never)] // Seldom in the first view.
    fn focus_on_data(&mut self) {
        match self.work() {
            Ok(work) => work.own_data().focus(),
            Err(error) => super::log(&error),
        }
    }

    /// Reads the reader's own data.
    fn read_data(&mut self, blob: &Blob) {
        let this = self.this.clone();
        let Some(work) = &mut self.work else { return };
        work.own_data().read(blob, move |reading, message| {
            if let Some(app) = this.upgrade() {
                app.borrow_mut().hear_of_data(reading, &message);
            }
        });
    }

    /// The reader's own data, or how far they are.
    fn hear_of_data(&mut self, reading: u32, message: &JsValue) {
        let Some(work) = &mut self.work else { return };
        let Some((data, values)) = work.own_data().hear(reading, message) else {
            return;
        };
        work.take_values(values);
        let mut settings = self.settings.clone();
        settings.input.data = Some(data);
        settings.input.distribution = Distribution::Custom;
        self.change(settings, true);
    }

    fn read_fragment(&mut self) {
        if !self.fragment.has_changed() {
            return;
        }
        let parsed = self.fragment.read(self.settings.input.data.clone());
        if self.fragment.names_element_of(&self.document) {
            self.fragment.replace(&self.settings);
            return;
        }
        self.controls.notify(&parsed.notices);
        let mut settings = parsed.settings;
        settings.seed = settings.seed.or(self.settings.seed);
        self.fragment.replace(&settings);
        self.take(settings);
        self.settle();
    }

    /// The page around this one changes what the fragment names.
    fn amend(&mut self, fragment: &str) {
        let parsed = self.settings.amended(fragment);
        self.change(parsed.settings, false);
        self.controls.notify(&parsed.notices);
    }

    /// The reader changed the settings.
    fn change(&mut self, settings: Settings, settled: bool) {
        self.begin(settings);
        if settled {
            self.settle();
        } else {
            self.settle_soon();
        }
    }

    /// Settles in a while, unless the reader changes something before.
    fn settle_soon(&mut self) {
        let this = self.this.clone();
        let settle = Closure::once_into_js(move || {
            if let Some(app) = this.upgrade() {
                app.borrow_mut().settle();
            }
        });
        self.settle_timer = self
            .window
            .set_timeout_with_callback_and_timeout_and_arguments_0(settle.unchecked_ref(), SETTLE)
            .ok();
    }

    fn begin(&mut self, settings: Settings) {
        self.controls.notify::<String>(&[]);
        self.take(settings);
        if let Some(timer) = self.settle_timer.take() {
            self.window.clear_timeout_with_handle(timer);
        }
    }

    /// From now on these settings hold.
    fn take(&mut self, settings: Settings) {
        if let Some(work) = &mut self.work {
            work.take(&self.settings, &settings);
        }
        self.settings = settings;
        self.glide = None;
        // They are shown at once, even in the middle of a run.
        self.results_shown = f64::NEG_INFINITY;
        self.request_frame();
    }

    /// The settings have stopped changing: the address, the experiment and the announcement follow.
    fn settle(&mut self) {
        self.settle_timer = None;
        if let Some(root) = self.document.document_element() {
            dom::set_attribute(&root, "data-settled", "true");
        }
        self.fragment.write(&self.settings);
        if let (Some(share), Some(code)) = (&self.share, &self.code) {
            share.show(&self.settings);
            code.show(&self.settings, &share.link());
        }
        self.recolour_gallery();
        if self.is_complete
            && let Some(work) = &mut self.work
        {
            work.begin_small_run(&self.settings);
            self.feed();
        }
        // Now all sections follow, in view or not.
        self.request_frame();
    }

    /// Runs with the settings that are shown: what else is shown stays until there is something new.
    fn run_anew(&mut self, samples: SampleCount) {
        if !self.stale {
            self.results_shown = now(&self.window);
        }
        self.glide = None;
        if let Some(work) = &mut self.work {
            work.begin_run(&self.settings, samples);
        }
    }

    /// Trains networks from the start.
    fn train(&mut self, comparison: Comparison) {
        let this = self.this.clone();
        let Some(work) = &mut self.work else { return };
        work.train(comparison);
        training::load(move |loaded| {
            if let Some(app) = this.upgrade() {
                app.borrow_mut().take_digits(&loaded);
            }
        });
    }

    fn take_digits(&mut self, loaded: &JsValue) {
        if let Some(work) = &mut self.work {
            work.take_digits(loaded);
        }
        self.feed();
        self.request_frame();
    }

    /// Has work done: also what nobody asked for, once the settings have settled, for sections in view.
    #[inline(never)] // The first view has none.
    fn feed(&mut self) {
        let Some(work) = &mut self.work else { return };
        if self.settle_timer.is_none() {
            let are_spirals_in_view = self.figures.is_in_view("spirals");
            work.begin_seen(&self.settings, self.sections.in_view(), are_spirals_in_view);
        }
        work.feed();
    }

    fn hear(&mut self, report: Report) {
        if let Some(work) = &mut self.work {
            work.hear(report);
        }
        self.feed();
        if !self.work.as_ref().is_some_and(Work::has_just_begun) {
            self.request_frame();
        }
    }

    fn request_frame(&mut self) {
        self.stale = true;
        self.request_any_frame();
    }

    fn request_any_frame(&mut self) {
        if self.frame_requested {
            return;
        }
        let this = self.this.clone();
        let frame = Closure::once_into_js(move || {
            if let Some(app) = this.upgrade() {
                let mut app = app.borrow_mut();
                app.frame_requested = false;
                if app.stale {
                    app.show();
                } else {
                    app.draw();
                }
            }
        });
        self.frame_requested = self
            .window
            .request_animation_frame(frame.unchecked_ref())
            .is_ok();
    }

    /// Shows everything as it is now; in the middle of a run its results only from time to time.
    fn show(&mut self) {
        self.stale = false;
        let settings = self.glide();
        let now = now(&self.window);
        let is_settled = self.settle_timer.is_none() && self.glide.is_none();
        let in_view = self.sections.in_view();
        let is_moving = in_view.has(Section::Layer) && self.layer.is_moving();
        let which = if is_settled && !is_moving || self.printing {
            Which::All
        } else {
            Which::InView
        };
        let mut sections = in_view;
        for section in Section::ALL {
            if which == Which::All && (self.reached.has(section) || self.printing) {
                sections.set(section, true);
            }
        }
        // The page around a figure is told the numbers while they change, too.
        if settings.embed.is_some() && self.host.is_some() {
            sections.set(Section::Run, true);
        }
        if self.is_complete && sections.has(Section::Layer) {
            self.follow_draws(&settings, now);
        }
        let run = self.work.as_ref().and_then(Work::run);
        let in_a_run = run.is_some_and(|run| run.state() == State::Running);
        if in_a_run && now - self.results_shown < RESULTS_INTERVAL {
            self.show_progress();
            if self.pointed {
                self.draw();
            }
            return;
        }
        self.results_shown = now;
        let mut measured = self
            .work
            .as_ref()
            .map_or_else(Measured::default, Work::measured);
        measured.draws = self.layer.draws(&settings, now);
        if self.glide.is_some() {
            // They are of the settings to which it leads.
            measured.survey = None;
            measured.simulation = None;
        }
        let mut scene = if self.is_complete {
            Scene::of(&settings, measured, sections)
        } else {
            Scene::first_view(&settings, measured, sections)
        };
        scene.highlight(self.lit);
        self.figures
            .take(&mut scene, self.scene.as_ref(), is_settled);
        self.controls
            .show_settings(&settings, self.editing.as_ref());
        self.controls.show_answer(&scene.answer);
        self.sections.show(&scene, which);
        if let Some(work) = &mut self.work {
            work.show(&settings, &scene);
        }
        if let Some(host) = &mut self.host {
            host.tell(&self.settings, &scene);
        }
        // The first frame has enough to do.
        if self.scene.replace(scene).is_some() {
            self.draw();
        } else {
            self.request_any_frame();
        }
        self.show_progress();
        if !in_a_run && is_settled {
            self.announce();
        }
    }

    /// Makes the layer's draws of these settings, if its section is to be shown.
    #[inline(never)] // The first view has none.
    fn follow_draws(&mut self, settings: &Settings, now: f64) {
        let was_moving = self.layer.is_moving();
        self.layer.follow(settings, now, self.wants_motion());
        // After the last of them, the sections out of view follow, too.
        if was_moving || self.layer.is_moving() {
            self.request_frame();
        }
    }

    /// The colours of the figures.
    fn palette(&self) -> &'static Palette {
        let dark = match self.settings.theme {
            Theme::Light => false,
            Theme::Dark => true,
            Theme::Auto => self.dark.as_ref().is_some_and(MediaQueryList::matches),
        };
        // Paper is white.
        if dark && !self.printing {
            &Palette::DARK
        } else {
            &Palette::LIGHT
        }
    }

    #[inline(never)] // The first view has none.
    fn recolour_gallery(&self) {
        if let Some(gallery) = &self.gallery {
            gallery.recolour(self.palette());
        }
    }

    /// Draws the figures.
    fn draw(&mut self) {
        self.pointed = false;
        let palette = self.palette();
        let Some(scene) = &mut self.scene else { return };
        let which = if self.printing {
            Which::All
        } else {
            Which::InView
        };
        match self.figures.draw(which, scene, palette) {
            Ok(false) => {}
            Ok(true) => self.request_any_frame(),
            Err(error) => super::log(&error),
        }
    }

    fn show_progress(&self) {
        let is_settled = self.settle_timer.is_none() && self.glide.is_none();
        let with_training =
            self.is_complete && (is_settled || self.sections.in_view().has(Section::Training));
        if let Some(work) = &self.work {
            work.show_progress(with_training);
        }
    }

    /// Tells those who don't see the page what has settled.
    fn announce(&mut self) {
        let answer = self.scene.iter().flat_map(|scene| &scene.answer);
        let answer: String = answer.map(|span| span.text.as_str()).collect();
        let run = self.work.as_ref().and_then(Work::run);
        let run = run.map_or_else(String::new, Run::describe);
        let news = format!("{answer} {run}");
        if news != self.announced {
            self.announced = news;
            dom::set_text(&self.announcement, &self.announced);
        }
    }
}

/// A seed from the browser's entropy; from the clock, where a browser gives none.
pub(super) fn entropy(window: &Window) -> Seed {
    Seed(getrandom::u64().unwrap_or_else(|_| now(window).to_bits()))
}
