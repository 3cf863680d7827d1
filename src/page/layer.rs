//! The section on the layer: its draws, which follow the settings a few in each frame, and the fall of
//! a single one.

use crate::sampling::LayerDraws;
use crate::settings::Settings;

/// No more units than these are drawn in one frame: a few milliseconds' work.
const UNITS_A_FRAME: u32 = 1 << 17;

/// On the way to many draws, where motion is wanted, one frame makes at least this share of them.
const FRAMES: u32 = 25;

/// So many milliseconds a single draw falls.
const FALL: f64 = 450.0;

/// The draws, and how they are shown.
#[derive(Default)]
pub(super) struct Layer {
    draws: Option<LayerDraws>,
    /// Where a number of draws began that is not made yet.
    goal: u32,
    share: u32,
    /// When the last draw began to fall.
    falling: Option<f64>,
}

impl Layer {
    /// The draws of these settings as far as they come by this frame; those before are kept, if they
    /// are of the same layer. `now` is in milliseconds.
    pub(super) fn follow(&mut self, settings: &Settings, now: f64, with_motion: bool) {
        let draws = match &mut self.draws {
            Some(draws) if draws.lead_to(settings) => draws,
            _ => {
                self.falling = None;
                self.goal = settings.draw;
                self.draws.insert(LayerDraws::new(settings))
            }
        };
        if self.goal != settings.draw {
            self.goal = settings.draw;
            self.share = (settings.draw - draws.last()).div_ceil(FRAMES);
            self.falling = (with_motion && self.share == 1).then_some(now);
        }
        let most = if with_motion { self.share } else { u32::MAX };
        let most = most.saturating_mul(settings.units.get()).min(UNITS_A_FRAME);
        draws.advance(settings.draw, most);
        if self.falling.is_some_and(|start| now - start >= FALL) {
            self.falling = None;
        }
    }

    /// Whether the next frame has more of them to show.
    pub(super) fn is_moving(&self) -> bool {
        let is_there = self.draws.as_ref().is_none_or(|it| it.last() == self.goal);
        !is_there || self.falling.is_some()
    }

    /// The draws, if they are of these settings, and how far the last one has fallen.
    pub(super) fn draws(&self, settings: &Settings, now: f64) -> Option<(&LayerDraws, f64)> {
        let draws = self.draws.as_ref().filter(|it| it.lead_to(settings))?;
        let fallen = self.falling.map_or(1.0, |start| (now - start) / FALL);
        Some((draws, fallen.min(1.0)))
    }

    /// The draws begin anew.
    pub(super) fn forget(&mut self) {
        self.draws = None;
    }
}
