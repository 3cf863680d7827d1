//! Motion that explains: where a button, a click on the curve or Reset sets a number, what is shown
//! glides there, so that mass is seen to move to the atom at 0 while the rest widens.

use super::App;
use crate::page::dom::now;
use crate::settings::Settings;

/// So many milliseconds it takes.
const DURATION: f64 = 300.0;

/// A way from what was shown to the settings that hold now.
pub(super) struct Glide {
    from: Settings,
    /// When its first frame was shown.
    start: Option<f64>,
}

impl App {
    /// The reader set these settings at one stroke: they hold at once, also in the address, and are
    /// shown at the end of a glide. What the reader does next ends it.
    pub(super) fn glide_to(&mut self, settings: Settings) {
        let from = self.shown(now(&self.window));
        if !self.wants_motion() || !from.differs_in_numbers(&settings) {
            self.change(settings, true);
            return;
        }
        self.begin(settings);
        self.fragment.write(&self.settings);
        self.glide = Some(Glide { from, start: None });
    }

    /// Whether the reader's system doesn't ask for less of it.
    pub(super) fn wants_motion(&self) -> bool {
        let less = self.window.match_media("(prefers-reduced-motion: reduce)");
        !less.is_ok_and(|query| query.is_some_and(|it| it.matches()))
    }

    /// The settings to show, which in a glide are on the way to those that hold. A glide that has
    /// come to its end settles.
    pub(super) fn glide(&mut self) -> Settings {
        let now = now(&self.window);
        if let Some(glide) = &mut self.glide {
            let start = *glide.start.get_or_insert(now);
            if now - start < DURATION {
                self.request_frame();
            } else {
                self.glide = None;
                self.settle();
            }
        }
        self.shown(now)
    }

    fn shown(&self, now: f64) -> Settings {
        let Some(Glide { from, start }) = &self.glide else {
            return self.settings.clone();
        };
        let share = (now - start.unwrap_or(now)) / DURATION;
        // It slows down towards its end.
        from.towards(&self.settings, share * (2.0 - share))
    }
}
