//! The pool of workers that does what takes long, and the worker's own side.
//!
//! One wasm binary serves both: the page posts its compiled module to each worker. A worker is a
//! classic script from a Blob, the only kind that runs from a static host, in a sandboxed iframe and
//! from the disk. Where none can be started, the page itself does the jobs, one at a time, and
//! lets the browser do other things in between.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use js_sys::{Array, Float32Array, Float64Array, Object, Reflect, Uint8Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Blob, BlobPropertyBag, DedicatedWorkerGlobalScope, Event, MessageChannel, MessageEvent,
    MessagePort, Window, Worker,
};

use super::{dom, later};
use crate::network::{Comparison, Progress, Simulation, SpiralProgress, Spirals, Split};
use crate::sampling::{ChunkRun, Experiment, Survey};
use crate::settings::{Data, Seed, Settings};

/// A worker holds so many jobs, so that it does not wait while the page is busy. What it holds of a run
/// that has ended, it drops.
const JOBS_EACH: usize = 3;

/// A worker that has not said that it is ready after so many milliseconds will never do.
const START_LIMIT: i32 = 10_000;

/// A worker that has a job and says nothing for so many milliseconds is dead: a browser that is short of
/// memory ends it without a word. The longest job takes a fraction of a second; if it is only slow, it
/// is nothing worse than done again.
const ANSWER_LIMIT: i32 = 30_000;

/// One task of one run.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Job {
    /// Which run asked for it.
    pub(super) run: u32,
    pub(super) task: Task,
    /// The run's settings, its seed and samples included, as a fragment.
    pub(super) fragment: Rc<str>,
    /// What the task goes on from, where it does.
    pub(super) given: Rc<[f64]>,
}

/// What there is to do with a run's settings. Its result depends on nothing else, so that it does
/// not matter where it is done, nor when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Task {
    /// `count` chunks of the experiment, from number `first` on. Gives
    /// [`Experiment::run_chunks`].
    Chunks { first: u64, count: u64 },
    /// The survey of all rules. Gives [`Survey::to_numbers`].
    Survey,
    /// The part of this number of the deep network's simulation. Gives [`Simulation::run_part`].
    Layers(u64),
    /// Some epochs more of the network of this number, from what was [`Progress::to_numbers`], which
    /// it also gives. The place is by what the page knows it.
    Train { network: u64, place: u64 },
    /// Some epochs more of the network that learns two spirals, from what was
    /// [`SpiralProgress::to_numbers`], which it also gives.
    Spirals,
}

impl Task {
    /// As a message says it: the kind, and which ones of that kind.
    fn to_numbers(self) -> [f64; 3] {
        match self {
            #[expect(clippy::cast_precision_loss, reason = "fewer than 10⁵ chunks")]
            Self::Chunks { first, count } => [0.0, first as f64, count as f64],
            Self::Survey => [1.0, 0.0, 0.0],
            #[expect(clippy::cast_precision_loss, reason = "four")]
            Self::Layers(part) => [2.0, part as f64, 0.0],
            #[expect(clippy::cast_precision_loss, reason = "a few hundred networks")]
            Self::Train { network, place } => [3.0, network as f64, place as f64],
            Self::Spirals => [4.0, 0.0, 0.0],
        }
    }

    /// What [`to_numbers`](Self::to_numbers) wrote.
    fn from_numbers(numbers: [f64; 3]) -> Self {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "all were whole numbers"
        )]
        let [kind, first, count] = numbers.map(|number| number as u64);
        match kind {
            0 => Self::Chunks { first, count },
            1 => Self::Survey,
            3 => Self::Train {
                network: first,
                place: count,
            },
            4 => Self::Spirals,
            _ => Self::Layers(first),
        }
    }

    /// Does it.
    fn run(self, fragment: &str, given: &[f64]) -> Vec<f64> {
        let (settings, seed) = settings(fragment);
        match self {
            Self::Chunks { first, count } => experiment(fragment).run_chunks(first, count),
            Self::Survey => Survey::run(&settings, seed).to_numbers(),
            Self::Layers(part) => {
                let part = u32::try_from(part).unwrap_or(0);
                Simulation::new(&settings, seed).run_part(part)
            }
            Self::Train { network, .. } => {
                let comparison = Comparison::new(&settings);
                let network = usize::try_from(network).unwrap_or(0);
                let progress = Progress::from_numbers(given).unwrap_or_default();
                // Without digits there is nothing to give.
                let digits = DIGITS.with_borrow(Clone::clone);
                digits.map_or_else(Vec::new, |digits| {
                    comparison.go_on(network, &progress, &digits).to_numbers()
                })
            }
            Self::Spirals => {
                let progress = SpiralProgress::from_numbers(given).unwrap_or_default();
                Spirals::new(&settings).go_on(&progress).to_numbers()
            }
        }
    }
}

/// The settings of a run, and its seed.
fn settings(fragment: &str) -> (Settings, Seed) {
    let data = DATA.with_borrow(Clone::clone);
    let settings = Settings::with_data(fragment, data).settings;
    let seed = settings.seed.unwrap_or(Seed(0));
    (settings, seed)
}

fn experiment(fragment: &str) -> Experiment {
    let (settings, seed) = settings(fragment);
    Experiment::new(&settings, settings.samples, seed)
}

impl Job {
    fn to_message(&self) -> Array {
        let [kind, first, count] = self.task.to_numbers().map(JsValue::from_f64);
        let message = Array::of4(&kind, &first, &count, &JsValue::from_str(&self.fragment));
        message.push(&Float64Array::from(&*self.given));
        message.push(&self.run.into());
        message
    }

    /// What [`to_message`](Self::to_message) wrote.
    fn from_message(message: &Array) -> Option<Self> {
        let numbers = [0, 1, 2, 5].map(|at| message.get(at).as_f64().unwrap_or(0.0));
        let [kind, first, count, run] = numbers;
        Some(Self {
            run: as_run(run),
            task: Task::from_numbers([kind, first, count]),
            fragment: message.get(3).as_string()?.into(),
            given: Float64Array::new(&message.get(4)).to_vec().into(),
        })
    }
}

fn as_run(number: f64) -> u32 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it was an u32"
    )]
    let run = number as u32;
    run
}

/// What the pool tells the page.
pub(super) enum Report {
    /// There is room for more jobs.
    Room,
    /// A job is done.
    Done {
        /// Its run.
        run: u32,
        task: Task,
        /// What the task gives. The program's memory never shrinks: what waits there for others, the
        /// browser can take back.
        numbers: Float64Array,
    },
    /// A job's worker died.
    Lost(Job),
}

type Tell = Rc<dyn Fn(Report)>;

/// Workers that are started on first need and kept.
pub(super) struct Pool {
    window: Window,
    tell: Tell,
    most: usize,
    next: u32,
    workers: Vec<Member>,
    /// Set once no worker could be started: jobs then run on the page.
    on_page: bool,
    jobs_on_page: usize,
    /// The reader's own data, as the workers are told them.
    data: JsValue,
    /// The bytes of the digits, likewise.
    digits: JsValue,
}

struct Member {
    id: u32,
    worker: Worker,
    /// How often it has spoken: first to say that it is ready, then with what its jobs give.
    heard: u32,
    jobs: Vec<Job>,
}

impl Member {
    /// Its script runs, and it can be given jobs.
    fn is_ready(&self) -> bool {
        self.heard > 0
    }

    /// It has done a job, so it could start the program.
    fn is_proven(&self) -> bool {
        self.heard > 1
    }

    fn tell(&self, message: &JsValue) {
        if let Err(error) = self.worker.post_message(message) {
            super::log(&error);
        }
    }
}

/// The pool, as the workers' listeners reach it.
pub(super) type SharedPool = Rc<RefCell<Pool>>;

impl Pool {
    pub(super) fn new(window: &Window, tell: impl Fn(Report) + 'static) -> SharedPool {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 1 and 8"
        )]
        let most = window.navigator().hardware_concurrency().clamp(1.0, 8.0) as usize;
        Rc::new(RefCell::new(Self {
            window: window.clone(),
            tell: Rc::new(tell),
            most,
            next: 0,
            workers: Vec::new(),
            on_page: false,
            jobs_on_page: 0,
            data: JsValue::UNDEFINED,
            digits: JsValue::UNDEFINED,
        }))
    }

    /// Starts workers, if there are not yet enough for so many jobs.
    pub(super) fn prepare(pool: &SharedPool, jobs: u64) {
        let wanted = usize::try_from(jobs).unwrap_or(usize::MAX);
        loop {
            let this = pool.borrow();
            if this.on_page || this.workers.len() >= this.most.min(wanted) {
                return;
            }
            drop(this);
            if let Err(error) = Self::add_worker(pool) {
                super::log(&error);
                Self::soon(pool, Self::give_up);
                return;
            }
        }
    }

    /// From now on these are the reader's own data, for all jobs that are posted later: what came
    /// out of [`read_blob`](super::data::read_blob).
    pub(super) fn hold(&mut self, data: JsValue) {
        self.data = data;
        for member in self.workers.iter().filter(|member| member.is_ready()) {
            member.tell(&self.data);
        }
        if self.on_page {
            hold(&self.data);
        }
    }

    /// From now on networks can be trained on these digits, by all jobs that are posted later.
    pub(super) fn hold_digits(&mut self, digits: JsValue) {
        self.digits = digits;
        for member in self.workers.iter().filter(|member| member.is_ready()) {
            member.tell(&self.digits);
        }
        if self.on_page {
            hold(&self.digits);
        }
    }

    /// Whether another job would be started, or lie ready at a worker, at once.
    pub(super) fn has_room(&self) -> bool {
        if self.on_page {
            self.jobs_on_page == 0
        } else {
            self.workers
                .iter()
                .any(|worker| worker.is_ready() && worker.jobs.len() < JOBS_EACH)
        }
    }

    /// How many jobs are done at the same time, once all workers have started.
    pub(super) fn at_once(&self) -> usize {
        if self.on_page { 1 } else { self.most }
    }

    /// How many chunks of an experiment a job may be. One of several saves messages; but where the
    /// page does it itself, nothing else happens there meanwhile.
    pub(super) fn most_chunks(&self) -> u64 {
        if self.on_page { 1 } else { 4 }
    }

    /// Hands a job to the worker that has the fewest.
    pub(super) fn post(pool: &SharedPool, job: Job) {
        let mut this = pool.borrow_mut();
        if this.on_page {
            this.jobs_on_page += 1;
            drop(this);
            Self::run_on_page(pool, job);
            return;
        }
        let free = this.workers.iter_mut().filter(|worker| worker.is_ready());
        if let Some(member) = free.min_by_key(|worker| worker.jobs.len()) {
            let message = job.to_message();
            let (id, heard) = (member.id, member.heard);
            let posted = member.worker.post_message(&message);
            member.jobs.push(job);
            let was_idle = member.jobs.len() == 1;
            drop(this);
            if let Err(error) = posted {
                super::log(&error);
                Self::soon(pool, move |pool| Self::lose(pool, id));
            } else if was_idle {
                Self::watch(pool, id, heard);
            }
        }
    }

    /// The jobs of a run are no longer wanted: workers do no more of them, and answer them with nothing.
    #[inline(never)] // The first view has no run.
    pub(super) fn drop_jobs(&self, run: u32) {
        let have_some = |it: &&Member| it.jobs.iter().any(|job| job.run == run);
        for member in self.workers.iter().filter(have_some) {
            member.tell(&run.into());
        }
    }

    /// Does something that tells the page of it, once the page has returned from what it does now.
    fn soon(pool: &SharedPool, action: impl FnOnce(&SharedPool) + 'static) {
        let window = pool.borrow().window.clone();
        let pool = Rc::clone(pool);
        let action = Closure::once_into_js(move || action(&pool));
        if let Err(error) = window.set_timeout_with_callback(action.unchecked_ref()) {
            super::log(&error);
        }
    }

    fn add_worker(pool: &SharedPool) -> Result<(), JsValue> {
        let worker = start_worker()?;
        let mut this = pool.borrow_mut();
        let id = this.next;
        this.next += 1;

        let on_message = Rc::clone(pool);
        dom::listen(&worker, "message", move |event: MessageEvent| {
            Self::receive(&on_message, id, &event.data());
        })?;
        let on_error = Rc::clone(pool);
        dom::listen(&worker, "error", move |event: Event| {
            event.prevent_default();
            Self::lose(&on_error, id);
        })?;
        this.workers.push(Member {
            id,
            worker,
            heard: 0,
            jobs: Vec::new(),
        });
        drop(this);
        Self::watch(pool, id, 0);
        Ok(())
    }

    /// Loses a worker that has something to say, and then says nothing more than this for too long.
    fn watch(pool: &SharedPool, id: u32, heard: u32) {
        let window = pool.borrow().window.clone();
        let pool = Rc::clone(pool);
        let check = Closure::once_into_js(move || {
            let this = pool.borrow();
            let mut busy = this.workers.iter();
            let busy = busy.find(|it| it.id == id && (!it.is_ready() || !it.jobs.is_empty()));
            let Some(now) = busy.map(|it| it.heard) else {
                return;
            };
            drop(this);
            if now == heard {
                Self::lose(&pool, id);
            } else {
                Self::watch(&pool, id, now);
            }
        });
        wait_for_more(&window, heard, &check);
    }

    fn receive(pool: &SharedPool, id: u32, message: &JsValue) {
        let mut this = pool.borrow_mut();
        let tell = Rc::clone(&this.tell);
        let Some(member) = this.workers.iter_mut().find(|member| member.id == id) else {
            return;
        };
        let report = if message.is_string() {
            member.heard = 1;
            match program() {
                Ok(program) => member.tell(&program),
                Err(error) => super::log(&error),
            }
            for held in [&this.data, &this.digits] {
                let new = this.workers.iter().filter(|it| it.id == id);
                if held.is_object() {
                    new.for_each(|it| it.tell(held));
                }
            }
            Report::Room
        } else {
            if member.jobs.is_empty() {
                return;
            }
            member.heard = member.heard.saturating_add(1);
            // A worker runs its jobs in the order in which it got them.
            let Job { run, task, .. } = member.jobs.remove(0);
            let numbers = Float64Array::new(message);
            Report::Done { run, task, numbers }
        };
        drop(this);
        tell(report);
    }

    /// A worker died. One that has done a job is replaced; one that never did says that none will.
    fn lose(pool: &SharedPool, id: u32) {
        let mut this = pool.borrow_mut();
        let Some(index) = this.workers.iter().position(|member| member.id == id) else {
            return;
        };
        let member = this.workers.remove(index);
        member.worker.terminate();
        let tell = Rc::clone(&this.tell);
        let left = this.workers.len() as u64;
        drop(this);
        if member.is_proven() {
            Self::prepare(pool, left + 1);
        } else {
            Self::give_up(pool);
        }
        for job in member.jobs {
            tell(Report::Lost(job));
        }
        tell(Report::Room);
    }

    /// From now on jobs run on the page.
    fn give_up(pool: &SharedPool) {
        let mut this = pool.borrow_mut();
        this.on_page = true;
        hold(&this.data);
        hold(&this.digits);
        let tell = Rc::clone(&this.tell);
        let members = std::mem::take(&mut this.workers);
        drop(this);
        for member in members {
            member.worker.terminate();
            for job in member.jobs {
                tell(Report::Lost(job));
            }
        }
        tell(Report::Room);
    }

    fn run_on_page(pool: &SharedPool, job: Job) {
        Self::soon(pool, move |pool| {
            let Job {
                run,
                task,
                fragment,
                given,
            } = job;
            let numbers = task.run(&fragment, &given);
            let numbers = Float64Array::from(numbers.as_slice());
            let mut this = pool.borrow_mut();
            this.jobs_on_page -= 1;
            let tell = Rc::clone(&this.tell);
            drop(this);
            tell(Report::Done { run, task, numbers });
        });
    }
}

thread_local! {
    /// The reader's own data with their values, where jobs are run.
    static DATA: RefCell<Option<Arc<Data>>> = const { RefCell::new(None) };
    /// What networks are trained on, where jobs are run.
    static DIGITS: RefCell<Option<Rc<Split>>> = const { RefCell::new(None) };
}

/// From now on, jobs that are run here draw from these data, or are trained on these digits, if they
/// are some.
fn hold(message: &JsValue) {
    if let Some(digits) = message.dyn_ref::<Uint8Array>() {
        DIGITS.set(Split::digits(&digits.to_vec()).ok().map(Rc::new));
    } else if let Some(message) = message.dyn_ref::<Array>() {
        let numbers = Float64Array::new(&message.get(1)).to_vec();
        let values = Float32Array::new(&message.get(2)).to_vec();
        DATA.set(Data::from_numbers(&numbers, values).map(Arc::new));
    }
}

#[wasm_bindgen]
extern "C" {
    /// A worker that runs this script. `www/boot.js` vouches for it where the page's policy wants that.
    #[wasm_bindgen(catch, js_namespace = dropoutMoments, js_name = startWorker)]
    fn start_script(script: &Blob) -> Result<Worker, JsValue>;
}

/// Calls `check` once a worker that has spoken so many times has had long enough to say more.
pub(super) fn wait_for_more(window: &Window, heard: u32, check: &JsValue) {
    let limit = if heard == 0 {
        START_LIMIT
    } else {
        ANSWER_LIMIT
    };
    let check = check.unchecked_ref();
    if let Err(error) = window.set_timeout_with_callback_and_timeout_and_arguments_0(check, limit) {
        super::log(&error);
    }
}

/// What a worker waits for: the program, in its two parts.
pub(super) fn program() -> Result<JsValue, JsValue> {
    Ok(Array::of2(&wasm_bindgen::module(), &later::module()?).into())
}

/// Starts a worker. Its script is the glue, then a few lines that say "ready" and wait for the program.
pub(super) fn start_worker() -> Result<Worker, JsValue> {
    const LOADER: &str = include_str!("../../www/worker.js");
    let ours = Reflect::get(&js_sys::global(), &"dropoutMoments".into())?;
    let property = |name: &str| Reflect::get(&ours, &name.into()).map(|it| it.as_string());
    let glue = match property("glueText")? {
        Some(text) => text,
        None => {
            let address = property("glue")?
                .ok_or_else(|| JsValue::from_str("the loader has not said where the glue is"))?;
            let quoted = js_sys::JSON::stringify(&address.into())?;
            // The page's policy holds in its workers, too.
            format!(
                "{{ const as = {{ createScriptURL: (url) => url }};
                importScripts((self.trustedTypes?.createPolicy('dropout-moments', as) ?? as)
                    .createScriptURL({})); }}",
                String::from(quoted)
            )
        }
    };
    let parts = Array::of3(&glue.into(), &"\n".into(), &LOADER.into());
    let options = BlobPropertyBag::new();
    options.set_type("text/javascript");
    start_script(&Blob::new_with_str_sequence_and_options(&parts, &options)?)
}

/// How many samples a worker draws before it looks whether there is news: about a millisecond. One that
/// worked on for a run that the reader's input has ended would take the processor from the page.
const SAMPLES_AT_ONCE: usize = 1 << 18;

/// What a worker has still to answer, in the order in which it was asked.
struct Queue {
    scope: DedicatedWorkerGlobalScope,
    jobs: Vec<QueuedJob>,
    /// Through it the worker posts to itself, behind whatever the page has posted meanwhile.
    next: MessagePort,
    /// That of the run whose chunks were drawn last: it is the same for all of them.
    experiment: Option<(u32, Experiment)>,
}

struct QueuedJob {
    job: Job,
    /// Nobody wants it any more.
    is_dropped: bool,
    /// The chunk of it that is in the middle of being drawn.
    chunk: Option<ChunkRun>,
    /// What it has given so far.
    numbers: Vec<f64>,
}

impl Queue {
    /// Takes what the page has posted.
    fn take(&mut self, message: &JsValue) {
        if let Some(run) = message.as_f64().map(as_run) {
            for queued in self.jobs.iter_mut().filter(|it| it.job.run == run) {
                queued.is_dropped = true;
            }
            return;
        }
        if message.is_instance_of::<Uint8Array>() {
            hold(message);
            return;
        }
        let message = Array::from(message);
        if message.get(0).is_string() {
            let replies = self.scope.clone();
            let blob: Blob = message.get(1).unchecked_into();
            let tell = move |message: JsValue| {
                // As in `go_on`.
                let _ = replies.post_message(&message);
            };
            // The program runs: what goes wrong from here on lies with the data.
            tell(0.into());
            super::data::read_blob(blob, Rc::new(tell));
        } else if let Some(job) = Job::from_message(&message) {
            self.jobs.push(QueuedJob {
                job,
                is_dropped: false,
                chunk: None,
                numbers: Vec::new(),
            });
            if self.jobs.len() == 1 {
                self.go_on();
            }
        } else {
            hold(&message);
        }
    }

    /// Does a part of the first job, and answers it where that was the last.
    fn go_on(&mut self) {
        let Some(QueuedJob {
            job,
            is_dropped,
            chunk,
            numbers,
        }) = self.jobs.first_mut()
        else {
            return;
        };
        let is_done = match &mut job.task {
            _ if *is_dropped => {
                numbers.clear();
                true
            }
            Task::Chunks { first, count } => {
                let last = self.experiment.take().filter(|(run, _)| *run == job.run);
                let last = last.unwrap_or_else(|| (job.run, experiment(&job.fragment)));
                let experiment = &self.experiment.insert(last).1;
                let begun = chunk.take();
                let mut run = begun.unwrap_or_else(|| experiment.begin_chunk(*first));
                experiment.go_on(&mut run, SAMPLES_AT_ONCE);
                if run.is_done() {
                    numbers.extend(run.into_result().to_numbers());
                    *first += 1;
                    *count -= 1;
                } else {
                    *chunk = Some(run);
                }
                *count == 0
            }
            task => {
                *numbers = task.run(&job.fragment, &job.given);
                true
            }
        };
        if is_done {
            let numbers = Float64Array::from(numbers.as_slice());
            self.jobs.remove(0);
            let transfer = Array::of1(&numbers.buffer());
            // Fails only where the page is gone.
            let _ = self.scope.post_message_with_transfer(&numbers, &transfer);
        }
        if !self.jobs.is_empty()
            && let Err(error) = self.next.post_message(&JsValue::NULL)
        {
            super::log(&error);
        }
    }
}

/// The worker's side: answers each job with its numbers. Called by the worker's script, once.
///
/// # Errors
/// Outside of a worker.
#[wasm_bindgen]
pub fn run_worker() -> Result<(), JsValue> {
    let scope = js_sys::global()
        .dyn_into::<DedicatedWorkerGlobalScope>()
        .map_err(|_: Object| JsValue::from_str("run_worker is for a worker"))?;
    let channel = MessageChannel::new()?;
    let queue = Rc::new(RefCell::new(Queue {
        scope: scope.clone(),
        jobs: Vec::new(),
        next: channel.port2(),
        experiment: None,
    }));
    let on_next = Rc::clone(&queue);
    let go_on = Closure::<dyn Fn()>::new(move || on_next.borrow_mut().go_on());
    channel
        .port1()
        .set_onmessage(Some(go_on.as_ref().unchecked_ref()));
    let take = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        queue.borrow_mut().take(&event.data());
    });
    scope.set_onmessage(Some(take.as_ref().unchecked_ref()));
    // They live as long as the worker.
    go_on.forget();
    take.forget();
    Ok(())
}
