//! The code that puts a figure into somebody else's page.

use std::fmt::Write as _;

use super::figure_title;
use crate::settings::{Figure, Hidden, Named, Settings};

/// How wide a figure is in CSS pixels, where there is room: as much as a host's column of text often has.
const WIDTH: u32 = 700;

/// Where a figure can be put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Host {
    /// Any page whose HTML one can write.
    Html,
    /// The same, with the script that fits the height and follows the page's colours.
    Element,
    /// A post in a forum: a picture and a link.
    Discourse,
    /// A Quarto document.
    Quarto,
    /// A page of Jupyter Book or of Sphinx, in MyST Markdown.
    Myst,
    /// A page of MkDocs, in Markdown.
    MkDocs,
    /// A page or a label in Moodle.
    Moodle,
    /// A cell of a notebook.
    Notebook,
    /// A slide of a reveal.js deck.
    Reveal,
}

impl Named for Host {
    const WHAT: &'static str = "host";
    const NAMES: &'static [(&'static str, Self)] = &[
        ("html", Self::Html),
        ("element", Self::Element),
        ("discourse", Self::Discourse),
        ("quarto", Self::Quarto),
        ("myst", Self::Myst),
        ("mkdocs", Self::MkDocs),
        ("moodle", Self::Moodle),
        ("notebook", Self::Notebook),
        ("reveal", Self::Reveal),
    ];
}

/// A figure with its settings, to be put elsewhere.
#[derive(Debug, Clone, PartialEq)]
pub struct Embed {
    page: String,
    settings: Settings,
    figure: Figure,
    /// How high it is in CSS pixels, where the host has to say so.
    height: u32,
}

impl Embed {
    /// `page` is the page's address without a fragment; `height` is in CSS pixels, of a figure that is 700
    /// wide.
    #[must_use]
    pub fn new(page: &str, settings: &Settings, figure: Figure, hide: Hidden, height: u32) -> Self {
        let mut settings = settings.clone();
        settings.embed = Some(figure);
        settings.hide = hide;
        Self {
            page: page.to_owned(),
            settings,
            figure,
            height,
        }
    }

    /// The fragment of the page with the figure alone in it.
    #[must_use]
    pub fn fragment(&self) -> String {
        encoded(&self.settings.to_fragment())
    }

    /// What is to be copied into the host.
    #[must_use]
    pub fn code(&self, host: Host) -> String {
        match host {
            Host::Html | Host::MkDocs | Host::Moodle => self.iframe("src"),
            Host::Element => self.element(),
            Host::Discourse => self.markdown(),
            Host::Quarto => ["```{=html}\n", &self.iframe("src"), "\n```"].concat(),
            Host::Myst => ["```{raw} html\n", &self.iframe("src"), "\n```"].concat(),
            Host::Notebook => {
                let (page, fragment, height) = (&self.page, self.fragment(), self.height);
                format!(
                    "from IPython.display import IFrame\n\
                     IFrame(\"{page}#{fragment}\", width={WIDTH}, height={height})"
                )
            }
            Host::Reveal => {
                let iframe = self.iframe("data-src");
                ["<section>\n", &iframe, "\n</section>"].concat()
            }
        }
    }

    /// Popups are for the link to the whole page, which must not open inside of the iframe.
    fn iframe(&self, source: &str) -> String {
        let (title, height) = (figure_title(self.figure), self.height);
        let mut code = format!("<iframe {source}=\"");
        escape(&self.page, &mut code);
        code.push('#');
        escape(&self.fragment(), &mut code);
        // Writing to a text does not fail.
        let _ = write!(
            code,
            "\" title=\"{title}\" width=\"{WIDTH}\" height=\"{height}\" loading=\"lazy\" \
             sandbox=\"allow-scripts allow-popups allow-popups-to-escape-sandbox\" \
             style=\"border: 0; max-width: 100%\"></iframe>"
        );
        code
    }

    /// The element that `www/embed.js` defines has the fragment's keys as attributes.
    fn element(&self) -> String {
        let mut code = String::from("<script src=\"");
        escape(&self.page, &mut code);
        code.push_str("embed.js\" async></script>\n<dropout-moments figure=\"");
        code.push_str(self.figure.name());
        code.push('"');
        for pair in self.fragment().split('&') {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            if key != "embed" {
                code.extend([" ", key, "=\"", value, "\""]);
            }
        }
        code.push_str("></dropout-moments>");
        code
    }

    /// The picture is that of the figure at the page's own settings.
    fn markdown(&self) -> String {
        let (page, name) = (&self.page, self.figure.name());
        let title = figure_title(self.figure);
        let mut linked = self.settings.clone();
        linked.embed = None;
        let fragment = encoded(&linked.to_fragment());
        format!(
            "[![{title}]({page}figure/{name}/picture.png)]({page}figure/{name}/#{fragment})\n\n\
             [{title}: move it yourself]({page}figure/{name}/#{fragment})"
        )
    }
}

/// The keys that a later version may know can hold anything: all but what a link can hold in HTML,
/// Markdown and Python alike is written as its bytes.
fn encoded(fragment: &str) -> String {
    let mut text = String::with_capacity(fragment.len());
    for byte in fragment.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~=&,+%:/".contains(&byte) {
            text.push(char::from(byte));
        } else {
            const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
            text.push('%');
            text.push(char::from(DIGITS[usize::from(byte >> 4)]));
            text.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
    }
    text
}

/// Appends a text as the value of an attribute.
fn escape(text: &str, code: &mut String) {
    for character in text.chars() {
        match character {
            '&' => code.push_str("&amp;"),
            '"' => code.push_str("&quot;"),
            '<' => code.push_str("&lt;"),
            _ => code.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "https://example.org/notes/";

    fn embed(fragment: &str) -> Embed {
        let settings = Settings::from_fragment(fragment).settings;
        Embed::new(PAGE, &settings, Figure::Ratio, settings.hide, 500)
    }

    #[test]
    fn each_host_gets_its_own_code_for_the_same_figure() {
        let embed = embed("p=0.5&notation=keep&hide=mu,sigma");
        let address = "https://example.org/notes/#p=0.5&notation=keep&embed=ratio&hide=mu,sigma";
        let escaped = address.replace('&', "&amp;");
        for (name, host) in Host::NAMES {
            let code = embed.code(*host);
            match host {
                Host::Element => assert_eq!(
                    code,
                    "<script src=\"https://example.org/notes/embed.js\" async></script>\n\
                     <dropout-moments figure=\"ratio\" p=\"0.5\" notation=\"keep\" \
                     hide=\"mu,sigma\"></dropout-moments>"
                ),
                Host::Discourse => assert!(
                    code.ends_with(
                        "](https://example.org/notes/figure/ratio/#p=0.5&notation=keep&hide=mu,sigma)"
                    ) && code.contains("(https://example.org/notes/figure/ratio/picture.png)"),
                    "{code}"
                ),
                Host::Notebook => assert!(code.contains(&format!("\"{address}\"")), "{code}"),
                _ => assert!(code.contains(&format!("src=\"{escaped}\"")), "{name}: {code}"),
            }
        }
    }

    #[test]
    fn the_readme_has_the_code_for_each_host_as_the_dialog_writes_it() {
        let readme = include_str!("../../README.md");
        let settings = Settings::from_fragment("p=0.5").settings;
        let page = "https://example.org/dropout/";
        let embed = Embed::new(page, &settings, Figure::Ratio, settings.hide, 614);
        for (name, host) in Host::NAMES {
            let code = embed.code(*host);
            assert!(readme.contains(&format!("\n{code}\n")), "{name}: {code}");
        }
    }

    /// Nothing that stands in a link can end the attribute, the link or the string that it is put in.
    #[test]
    fn what_a_link_holds_stays_within_the_code() {
        let embed = embed("p=0.5&x=\"><script>alert(1)</script>)\\'`ü");
        for (name, host) in Host::NAMES {
            let code = embed.code(*host);
            assert!(!code.contains("alert("), "{name}: {code}");
            assert!(
                code.contains("x=") && code.contains("%22%3E%3Cscript%3E"),
                "{name}: {code}"
            );
        }
    }
}
