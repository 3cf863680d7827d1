//! The page as a whole: from events to settings, from settings to what is shown.

mod glide;
mod pointing;

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use js_sys::{Array, Float64Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Blob, Document, Element, Event, HtmlElement, HtmlInputElement, IntersectionObserver,
    IntersectionObserverEntry, IntersectionObserverInit, MediaQueryList, ResizeObserver, Window,
};

use self::glide::Glide;
use super::code::Code;
use super::controls::{Change, Controls};
use super::copying;
use super::data::OwnData;
use super::depth::Depth;
use super::derivation;
use super::dom;
use super::experiment::Run;
use super::export::{self, Made, Make, Shown, Subject, Wish};
use super::figures::{Figure, Figures, Which};
use super::fragment::Fragment;
use super::gallery::Gallery;
use super::host::Host;
use super::later;
use super::layer::Layer;
use super::meter::Meter;
use super::parts::State;
use super::rules::Rules;
use super::sections::PageSections;
use super::self_check;
use super::share::Share;
use super::spirals::Spirals;
use super::training::{self, Training};
use super::workers::{Job, Pool, Report, SharedPool, Task};
use crate::charts::Palette;
use crate::network::{Comparison, Simulation};
use crate::scene::{self, Measured, Scene, Section, Sections, Symbol};
use crate::settings::{Distribution, Named as _, SampleCount, Seed, Settings, Theme};

/// A change counts as settled when nothing else has happened for so many milliseconds.
const SETTLE: i32 = 250;

/// While a run goes on, its numbers and figures are shown anew at most every so many milliseconds:
/// nobody reads faster, and it takes time from the workers. Its progress is shown in every frame.
const RESULTS_INTERVAL: f64 = 125.0;

/// A run that takes less than so many milliseconds shows nothing before its end: it is over before anybody
/// could read how far it is, and to draw takes time from the workers.
const SHORT_RUN: f64 = 250.0;

/// The run that starts by itself draws at most so many samples.
const AUTOMATIC: u64 = 1_000_000;

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
    rules: Rules,
    training: Training,
    spirals: Spirals,
    depth: Depth,
    own_data: OwnData,
    /// Links to what is shown, where all of the page is there.
    share: Option<Share>,
    code: Option<Rc<Code>>,
    gallery: Option<Gallery>,
    /// The page around this one.
    host: Option<Host>,
    fragment: Fragment,
    meter: Meter,
    run_full: HtmlElement,
    cancel: HtmlElement,
    announcement: Element,
    settings: Settings,
    pool: SharedPool,
    run: Option<Run>,
    runs: u32,
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
        let meter = Meter::new(&document, "#experiment", "data-experiment")?;
        let run_full = dom::element(&document, "button[data-action=run-full]")?;
        let cancel = dom::element(&document, "button[data-action=cancel]")?;
        let announcement = dom::element(&document, "#announcement")?;
        let figures = Figures::new(&document)?;
        let sections = PageSections::new(&document)?;
        let rules = Rules::new(&document)?;
        let training = Training::new(&document)?;
        let spirals = Spirals::new(&document)?;
        let depth = Depth::new(&document)?;
        let own_data = OwnData::new(&document)?;
        Ok(Rc::new_cyclic(|this: &Weak<RefCell<Self>>| {
            let listener = this.clone();
            let pool = Pool::new(&window, move |report| {
                if let Some(app) = listener.upgrade() {
                    app.borrow_mut().hear(report);
                }
            });
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
                rules,
                training,
                spirals,
                depth,
                own_data,
                share: None,
                code: None,
                gallery: None,
                host: None,
                fragment,
                meter,
                run_full,
                cancel,
                announcement,
                settings,
                pool,
                run: None,
                runs: 0,
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
        let run = self.run.as_ref().filter(|run| run.estimate().samples() > 0);
        let mut settings = self.settings.clone();
        if let Some(run) = run
            && let Ok(samples) = SampleCount::new(run.samples())
        {
            settings.samples = samples;
        }
        let measured = Measured {
            run: run.map(shown),
            survey: None,
            training: self.training.shown(),
            spirals: self.spirals.learnt(),
            draws: self.layer.draws(&settings, now(&self.window)),
            simulation: self.depth.simulated(),
        };
        let mut scene = Scene::of(&settings, measured, Sections::ALL);
        let mut link = self.share.as_ref().map_or_else(String::new, Share::link);
        if let Some(begun) = self.training.settings(&settings)
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
        let this = app.borrow();
        let target = Rc::clone(app);
        this.own_data
            .listen(move |blob| target.borrow_mut().read_data(&blob))?;
        for (index, figure) in this.figures.iter().enumerate() {
            Self::listen_to_figure(app, index, figure)?;
        }
        for details in this.training.tables() {
            let target = Rc::clone(app);
            dom::listen(details, "toggle", move |_: Event| {
                target.borrow_mut().request_frame();
            })?;
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
                self.own_data.focus();
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
            "run" => self.run_anew(self.settings.samples),
            "run-full" => self.run_anew(SampleCount::FORUM),
            "cancel" => {
                if let Some(run) = &mut self.run {
                    run.cancel();
                    self.pool.borrow().drop_jobs(run.id());
                }
                self.request_frame();
            }
            "simulate" => {
                self.glide = None;
                self.runs += 1;
                self.depth.begin(&self.settings, self.runs);
                Pool::prepare(&self.pool, u64::from(Simulation::PARTS));
                self.feed();
                self.request_frame();
            }
            "cancel-simulation" => {
                self.depth.cancel();
                self.request_frame();
            }
            "draw" => self.draw_to(self.settings.draw.wrapping_add(1)),
            "draw-many" => self.draw_to(self.settings.draw.wrapping_add(1000)),
            "train" => self.train(Comparison::new(&self.settings)),
            "train-long" => self.train(Comparison::long(&self.settings)),
            "train-pause" => {
                self.training.pause(now(&self.window));
                self.feed();
                self.request_frame();
            }
            "train-cancel" => {
                self.training.cancel(now(&self.window));
                self.request_frame();
            }
            "learn" => {
                self.runs += 1;
                self.spirals.begin(&self.settings, self.runs);
                Pool::prepare(&self.pool, 1);
                self.feed();
                self.request_frame();
            }
            "cancel-learning" => {
                self.spirals.cancel();
                self.request_frame();
            }
            "draw-none" => {
                self.layer.forget();
                self.draw_to(0);
            }
            "use-text" => match self.own_data.pasted() {
                Ok(blob) => self.read_data(&blob),
                Err(error) => super::log(&error),
            },
            "cancel-data" => self.own_data.cancel(),
            "reset" => {
                let settings = self.settings.reset();
                self.glide_to(settings);
            }
            _ => {}
        }
    }

    /// From now on the figures of single draws show this one.
    fn draw_to(&mut self, draw: u32) {
        let mut settings = self.settings.clone();
        settings.draw = draw;
        self.change(settings, true);
    }

    /// Reads the reader's own data.
    fn read_data(&mut self, blob: &Blob) {
        let this = self.this.clone();
        self.own_data.read(blob, move |reading, message| {
            if let Some(app) = this.upgrade() {
                app.borrow_mut().hear_of_data(reading, &message);
            }
        });
    }

    /// The reader's own data, or how far they are.
    fn hear_of_data(&mut self, reading: u32, message: &JsValue) {
        let Some((data, values)) = self.own_data.hear(reading, message) else {
            return;
        };
        self.pool.borrow_mut().hold(values);
        let mut settings = self.settings.clone();
        settings.input.data = Some(data);
        settings.input.distribution = Distribution::Custom;
        // Data that look the same may be others.
        self.end_run();
        self.rules.forget();
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
        if !settings.same_experiment(&self.settings) {
            self.end_run();
        }
        self.rules.take(&settings);
        self.depth.take(&self.settings, &settings);
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
        if self.is_complete && self.run.is_none() {
            let samples = self.settings.samples.get().min(AUTOMATIC);
            if let Ok(samples) = SampleCount::new(samples) {
                self.run(samples);
            }
        }
        // Now all sections follow, in view or not.
        self.request_frame();
    }

    /// Runs with the settings that are shown: what else is shown stays until there is something new.
    fn run_anew(&mut self, samples: SampleCount) {
        if !self.stale {
            self.results_shown = now(&self.window);
        }
        self.run(samples);
    }

    fn run(&mut self, samples: SampleCount) {
        self.glide = None;
        self.end_run();
        let seed = self.settings.seed.unwrap_or(Seed(0));
        self.runs += 1;
        let run = Run::new(self.runs, &self.settings, samples, seed);
        Pool::prepare(&self.pool, run.chunks());
        self.run = Some(run);
        self.feed();
        self.request_frame();
    }

    /// What is measured no longer holds, nor does what workers still have to do for it.
    fn end_run(&mut self) {
        if let Some(run) = self.run.take() {
            self.pool.borrow().drop_jobs(run.id());
        }
    }

    /// Trains networks from the start.
    #[inline(never)] // The first view trains nothing.
    fn train(&mut self, comparison: Comparison) {
        self.runs += 1;
        self.training.begin(comparison, self.runs);
        let this = self.this.clone();
        training::load(move |loaded| {
            if let Some(app) = this.upgrade() {
                app.borrow_mut().take_digits(&loaded);
            }
        });
        self.request_frame();
    }

    fn take_digits(&mut self, loaded: &JsValue) {
        let digits = training::bytes(loaded);
        if let Ok(digits) = &digits {
            self.pool.borrow_mut().hold_digits(digits.into());
        }
        self.training.go(digits.map(drop), now(&self.window));
        Pool::prepare(&self.pool, self.training.jobs());
        self.feed();
        self.request_frame();
    }

    /// Gives the pool as much as it has room for: the run comes first, then what the rules' table
    /// measures once the settings have settled, the deep network's simulation and what learns spirals.
    fn feed(&mut self) {
        let is_settled = self.settle_timer.is_none();
        let has_settled_in_view = |section| is_settled && self.sections.in_view().has(section);
        let simulates = has_settled_in_view(Section::Depth);
        if has_settled_in_view(Section::Rules) && self.rules.begin(&self.settings, self.runs + 1) {
            self.runs += 1;
            Pool::prepare(&self.pool, 1);
        }
        if simulates && self.depth.begin_small(&self.settings, self.runs + 1) {
            self.runs += 1;
            Pool::prepare(&self.pool, u64::from(Simulation::PARTS));
        }
        let learns = is_settled && self.figures.is_in_view("spirals");
        if learns && self.spirals.begin_new(&self.settings, self.runs + 1) {
            self.runs += 1;
            Pool::prepare(&self.pool, 1);
        }
        while self.pool.borrow().has_room() {
            let now = now(&self.window);
            let most = self.pool.borrow().most_chunks();
            let job = self.run.as_mut().and_then(|run| run.next_job(most, now));
            let job = job.or_else(|| self.rules.next_job());
            let job = job.or_else(|| self.depth.next_job(now));
            let job = job.or_else(|| self.spirals.next_job(now));
            let Some(job) = job.or_else(|| self.training.next_job()) else {
                return;
            };
            Pool::post(&self.pool, job);
        }
    }

    fn hear(&mut self, report: Report) {
        match report {
            Report::Room => {}
            Report::Done { run, task, numbers } => self.add(run, task, numbers),
            Report::Lost(job) => self.take_back(job),
        }
        self.feed();
        let has_just_begun =
            |run: &Run| run.state() == State::Running && 1000.0 * run.seconds() < SHORT_RUN;
        if !self.run.as_ref().is_some_and(has_just_begun) {
            self.request_frame();
        }
    }

    /// Adds what a task gave to what it was done for.
    fn add(&mut self, run: u32, task: Task, numbers: Float64Array) {
        let now = now(&self.window);
        match task {
            Task::Chunks { first, .. } => {
                if let Some(current) = &mut self.run {
                    current.add(run, first, numbers, now);
                }
            }
            Task::Survey => self.rules.add(run, &numbers.to_vec()),
            Task::Layers(part) => self.depth.add(run, part, numbers, now),
            Task::Train { place, .. } => self.training.add(run, place, &numbers.to_vec(), now),
            Task::Spirals => self.spirals.add(run, &numbers.to_vec(), now),
        }
    }

    /// Gives a job that was not done back to what it was for.
    #[inline(never)] // Seldom in the first view.
    fn take_back(&mut self, job: Job) {
        match job.task {
            Task::Chunks { .. } => {
                if let Some(current) = &mut self.run {
                    current.take_back(job);
                }
            }
            Task::Survey => self.rules.take_back(job),
            Task::Layers(_) => self.depth.take_back(job),
            Task::Train { place, .. } => self.training.take_back(job.run, place),
            Task::Spirals => self.spirals.take_back(job.run),
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
        let state = self.run.as_ref().map(Run::state);
        let run = self
            .run
            .as_ref()
            .filter(|run| run.estimate().samples() > 0)
            .map(shown);
        let in_a_run = state == Some(State::Running);
        if in_a_run && now - self.results_shown < RESULTS_INTERVAL {
            self.show_progress();
            if self.pointed {
                self.draw();
            }
            return;
        }
        self.results_shown = now;
        let measured = Measured {
            run,
            // They are of the settings to which a glide leads.
            survey: self.rules.survey().filter(|_| self.glide.is_none()),
            draws: self.layer.draws(&settings, now),
            training: self.training.shown(),
            spirals: self.spirals.learnt(),
            simulation: self.depth.simulated().filter(|_| self.glide.is_none()),
        };
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
        if scene.sections.has(Section::Rules) {
            self.rules.show(&settings);
        }
        if scene.sections.has(Section::Depth) {
            self.depth.show();
        }
        if let Some(tables) = &scene.training_tables {
            let workers = self.pool.borrow().at_once();
            self.training.show_results(tables, &settings, workers);
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
        if state != Some(State::Running) && is_settled {
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
        if self.is_complete && (is_settled || self.sections.in_view().has(Section::Training)) {
            self.training.show(now(&self.window));
            self.spirals.show();
        }
        let run = self.run.as_ref();
        // The small run is over before anybody could cancel it.
        let can_be_cancelled =
            run.is_some_and(|run| run.state() == State::Running && run.chunks() > 1);
        dom::show_button(&self.cancel, can_be_cancelled, &self.run_full);
        self.meter.show(
            run.map_or("idle", |run| run.state().name()),
            run.map_or(0.0, Run::progress),
            &run.map_or_else(String::new, Run::describe),
        );
    }

    /// Tells those who don't see the page what has settled.
    fn announce(&mut self) {
        let answer = self.scene.iter().flat_map(|scene| &scene.answer);
        let answer: String = answer.map(|span| span.text.as_str()).collect();
        let run = self.run.as_ref().map_or_else(String::new, Run::describe);
        let news = format!("{answer} {run}");
        if news != self.announced {
            self.announced = news;
            dom::set_text(&self.announcement, &self.announced);
        }
    }
}

/// A run as scenes show it.
fn shown(run: &Run) -> scene::Run<'_> {
    scene::Run {
        estimate: run.estimate(),
        samples: run.samples(),
        seconds: run.seconds(),
    }
}

/// Milliseconds since some moment.
fn now(window: &Window) -> f64 {
    window.performance().map_or(0.0, |clock| clock.now())
}

/// A seed from the browser's entropy; from the clock, where a browser gives none.
pub(super) fn entropy(window: &Window) -> Seed {
    Seed(getrandom::u64().unwrap_or_else(|_| now(window).to_bits()))
}
