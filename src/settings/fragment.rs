//! The URL fragment, `#p=0.3&mu=1`: its parser and its canonical form.

use std::fmt;
use std::sync::Arc;

use super::number::{self, shortest};
use super::{
    Data, Distribution, DropProbability, Hidden, InputMean, InputStandardDeviation, LayerCount,
    LayerWidth, Named, NotAllowed, Notation, SampleCount, Settings, UnitCount,
};

/// Every key of the fragment, in the order of its canonical form.
const KEYS: [&[&str]; 3] = [
    &[
        "p",
        "mu",
        "sigma",
        "input",
        "scale",
        "n",
        "seed",
        "draw",
        "units",
        "weights",
        "layers",
        "width",
        "activation",
        "init",
    ],
    &Settings::TRAINING,
    &["notation", "theme", "embed", "hide"],
];

fn keys() -> impl Iterator<Item = &'static str> {
    KEYS.into_iter().flatten().copied()
}

/// One value of a fragment that could not be used.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    key: String,
    value: String,
    reason: NotAllowed,
    used: String,
}

impl fmt::Display for Notice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LONGEST: usize = 40;
        let shown: String = self.value.chars().take(LONGEST).collect();
        let more = if shown.len() < self.value.len() {
            "…"
        } else {
            ""
        };
        write!(
            formatter,
            "“{}={shown}{more}” in the link can’t be used: {}. Used instead: {}.",
            self.key, self.reason, self.used
        )
    }
}

/// What a fragment says.
#[derive(Debug, Clone, PartialEq)]
pub struct ParsedFragment {
    /// The settings: defaults where the fragment says nothing, or nothing usable.
    pub settings: Settings,
    /// One notice for each value that could not be used.
    pub notices: Vec<Notice>,
}

impl Settings {
    /// Reads a fragment, with or without its `#`. Never fails: what can't be used is replaced and
    /// reported, by the nearest allowed value where it is a size of the layer or the deep network,
    /// else by the default; an unknown key is kept. Where a key stands twice, the last holds.
    ///
    /// ```
    /// use dropout_moments::settings::Settings;
    ///
    /// let parsed = Settings::from_fragment("#p=0.1&mu=twelve");
    /// assert_eq!(parsed.settings.drop_probability.get(), 0.1);
    /// assert_eq!(parsed.settings.input.mean.get(), 0.0);
    /// assert_eq!(
    ///     parsed.notices[0].to_string(),
    ///     "“mu=twelve” in the link can’t be used: the mean μ must be from -10 to 10. \
    ///      Used instead: 0."
    /// );
    /// ```
    #[must_use]
    pub fn from_fragment(fragment: &str) -> ParsedFragment {
        Self::with_data(fragment, None)
    }

    /// As [`from_fragment`](Self::from_fragment), where the reader's own data are these: no
    /// fragment holds them.
    #[must_use]
    pub fn with_data(fragment: &str, data: Option<Arc<Data>>) -> ParsedFragment {
        let mut settings = Self::default();
        settings.input.data = data;
        settings.read(fragment)
    }

    /// These settings, but for what a fragment says; of its unknown keys nothing is kept.
    ///
    /// ```
    /// use dropout_moments::settings::Settings;
    ///
    /// let settings = Settings::from_fragment("#p=0.1&mu=1").settings;
    /// assert_eq!(settings.amended("#p=0.5").settings.to_fragment(), "p=0.5&mu=1");
    /// ```
    #[must_use]
    pub fn amended(&self, fragment: &str) -> ParsedFragment {
        let mut parsed = self.clone().read(fragment);
        parsed.settings.unknown.clone_from(&self.unknown);
        parsed
    }

    fn read(self, fragment: &str) -> ParsedFragment {
        let mut settings = self;
        let mut notices = Vec::new();
        // No pair begins with the fragment's own mark, so that what is kept survives being read again.
        let pairs = fragment.split('&').map(|pair| pair.trim_start_matches('#'));
        for pair in pairs.filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            if !keys().any(|it| it == key) {
                settings.unknown.push(pair.to_owned());
            } else if let Err(reason) = settings.set_from_link(key, value) {
                notices.push(Notice {
                    key: key.to_owned(),
                    value: value.to_owned(),
                    reason,
                    used: settings.text(key).unwrap_or_else(|| "nothing".to_owned()),
                });
            }
        }
        ParsedFragment { settings, notices }
    }

    /// The canonical fragment, without its `#`: only what differs from the defaults, in a fixed
    /// order, then the unknown keys as they came.
    ///
    /// ```
    /// use dropout_moments::settings::Settings;
    ///
    /// let parsed = Settings::from_fragment("#lang=fr&mu=0&p=0.50");
    /// assert_eq!(parsed.settings.to_fragment(), "p=0.5&lang=fr");
    /// ```
    #[must_use]
    pub fn to_fragment(&self) -> String {
        let default = Self::default();
        let mut fragment = String::new();
        for key in keys() {
            let text = self.text(key);
            if text != default.text(key) {
                fragment.extend([key, "=", text.as_deref().unwrap_or_default(), "&"]);
            }
        }
        for pair in &self.unknown {
            fragment.push_str(pair);
            fragment.push('&');
        }
        fragment.pop();
        fragment
    }

    /// The keys of [`training`](Self::training).
    pub const TRAINING: [&str; 10] = [
        "hidden",
        "neurons",
        "norm",
        "optimizer",
        "rates",
        "seeds",
        "epochs",
        "curve",
        "mode",
        "spread",
    ];

    /// Every key that has a value, with that as the fragment would write it, defaults as well.
    pub fn texts(&self) -> impl Iterator<Item = (&'static str, String)> {
        let text = |key| self.text(key).map(|text| (key, text));
        keys().filter_map(text)
    }

    /// Sets the quantity that the fragment calls `key` from its text.
    ///
    /// # Errors
    /// When `value` is not allowed for it, or there is no such key; the settings are then unchanged.
    pub fn set(&mut self, key: &str, value: &str) -> Result<(), NotAllowed> {
        let number = || number::parse(value.trim()).unwrap_or(f64::NAN);
        match key {
            "p" => self.drop_probability = DropProbability::new(number())?,
            "mu" => self.input.mean = InputMean::new(number())?,
            "sigma" => {
                self.input.standard_deviation = InputStandardDeviation::new(number())?;
            }
            "input" => {
                let distribution = Named::from_name(value)?;
                if distribution == Distribution::Custom && self.input.data.is_none() {
                    return Err(NotAllowed::no_data());
                }
                self.input.distribution = distribution;
            }
            "scale" => self.scaling = Named::from_name(value)?,
            "n" => self.samples = SampleCount::from_f64(number())?,
            "seed" => self.seed = Some(value.trim().parse()?),
            "draw" => {
                self.draw = value.parse().map_err(|_| {
                    NotAllowed::must_be("draw", "a whole number from 0 to 4294967295")
                })?;
            }
            "units" => self.units = UnitCount::from_f64(number())?,
            "weights" => self.weights = Named::from_name(value)?,
            "layers" => self.depth.layers = LayerCount::new(number())?,
            "width" => self.depth.width = LayerWidth::new(number())?,
            "activation" => self.depth.activation = Named::from_name(value)?,
            "init" => self.depth.initialisation = Named::from_name(value)?,
            "hidden" | "neurons" | "seeds" | "epochs" => self.training.set_count(key, number())?,
            "norm" => self.training.normalisation = Named::from_name(value)?,
            "optimizer" => self.training.optimizer = Named::from_name(value)?,
            "rates" => self.training.rates = Named::from_name(value)?,
            "curve" => self.training.curve = Named::from_name(value)?,
            "mode" => self.training.mode = Named::from_name(value)?,
            "spread" => self.training.spread = Named::from_name(value)?,
            "notation" => self.notation = Named::from_name(value)?,
            "theme" => self.theme = Named::from_name(value)?,
            "embed" => self.embed = Some(Named::from_name(value)?),
            "hide" => self.hide = Hidden::from_names(value)?,
            _ => return Err(NotAllowed::one_of("a setting", &keys().collect::<Vec<_>>())),
        }
        Ok(())
    }

    /// As [`set`](Self::set), or for the sizes of networks [`set_nearest`](Self::set_nearest): what a
    /// link asks for is then as large as it may be.
    fn set_from_link(&mut self, key: &str, value: &str) -> Result<(), NotAllowed> {
        match key {
            "units" | "layers" | "width" => self.set_nearest(key, value),
            _ => self.set(key, value),
        }
    }

    /// The value of the quantity that the fragment calls `key`, as the fragment writes it; `None`
    /// where it has none.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<String> {
        Some(match key {
            "p" => shortest(self.drop_probability.get()),
            "mu" => shortest(self.input.mean.get()),
            "sigma" => shortest(self.input.standard_deviation.get()),
            "input" => self.input.distribution.name().to_owned(),
            "scale" => self.scaling.name().to_owned(),
            "n" => self.samples.get().to_string(),
            "seed" => self.seed?.to_string(),
            "draw" => self.draw.to_string(),
            "units" => self.units.get().to_string(),
            "weights" => self.weights.name().to_owned(),
            "layers" => self.depth.layers.get().to_string(),
            "width" => self.depth.width.get().to_string(),
            "activation" => self.depth.activation.name().to_owned(),
            "init" => self.depth.initialisation.name().to_owned(),
            "norm" => self.training.normalisation.name().to_owned(),
            "optimizer" => self.training.optimizer.name().to_owned(),
            "rates" => self.training.rates.name().to_owned(),
            "curve" => self.training.curve.name().to_owned(),
            "mode" => self.training.mode.name().to_owned(),
            "spread" => self.training.spread.name().to_owned(),
            "notation" => self.notation.name().to_owned(),
            "theme" => self.theme.name().to_owned(),
            "embed" => self.embed?.name().to_owned(),
            "hide" => self.hide.to_string(),
            _ => self.training.count(key)?.to_string(),
        })
    }

    /// As [`set`](Self::set), from the text of a control, where p is what the notation calls p.
    ///
    /// ```
    /// use dropout_moments::settings::Settings;
    ///
    /// let mut settings = Settings::from_fragment("#notation=keep").settings;
    /// settings.set_shown("p", "0.9")?;
    /// assert_eq!(settings.drop_probability.get(), 0.1);
    /// assert_eq!(settings.shown("p").as_deref(), Some("0.9"));
    /// # Ok::<(), dropout_moments::settings::NotAllowed>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`set`](Self::set).
    pub fn set_shown(&mut self, key: &str, value: &str) -> Result<(), NotAllowed> {
        if key == "p" && self.notation == Notation::Keep {
            self.drop_probability =
                DropProbability::from_keep(number::parse(value.trim()).unwrap_or(f64::NAN))?;
            return Ok(());
        }
        self.set(key, value)
    }

    /// As [`set_shown`](Self::set_shown), and a number that is not allowed gives way to the nearest one
    /// that is.
    ///
    /// ```
    /// use dropout_moments::settings::Settings;
    ///
    /// let mut settings = Settings::default();
    /// let refused = settings.set_nearest("layers", "51").expect_err("50 is the most");
    /// assert_eq!(refused.to_string(), "the number of layers must be a whole number from 1 to 50");
    /// assert_eq!(settings.depth.layers.get(), 50);
    /// ```
    ///
    /// # Errors
    /// Those of [`set`](Self::set); the settings are unchanged where `value` is no number.
    pub fn set_nearest(&mut self, key: &str, value: &str) -> Result<(), NotAllowed> {
        let set = self.set_shown(key, value);
        if let Some(nearest) = set.as_ref().err().and_then(NotAllowed::nearest) {
            self.set_shown(key, &shortest(nearest))?;
        }
        set
    }

    /// As [`text`](Self::text), as a control shows it, where p is what the notation calls p.
    #[must_use]
    pub fn shown(&self, key: &str) -> Option<String> {
        if key == "p" {
            return Some(shortest(self.drop_probability.shown(self.notation)));
        }
        self.text(key)
    }
}
