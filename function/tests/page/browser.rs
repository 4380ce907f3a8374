//! A page in a browser, and what a reader does with it.

use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use crate::devtools::{DevTools, PATIENCE};

/// The browser that `CHROME` names, or else the first in `PATH`.
pub(crate) fn find() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("CHROME").filter(|named| !named.is_empty()) {
        return Some(named.into());
    }
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    [
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
    ]
    .iter()
    .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
    .find(|file| file.is_file())
}

/// A browser with one page.
pub(crate) struct Browser(DevTools);

impl Browser {
    /// Starts a browser with an empty page.
    pub(crate) fn start(chromium: &Path) -> Self {
        let mut tools = DevTools::start(chromium);
        tools.attach(&["Network", "Page", "Runtime", "Log"]);
        Self(tools)
    }

    /// Gives the page a size.
    pub(crate) fn resize(&mut self, width: u32, height: u32) {
        self.0.call(
            "Emulation.setDeviceMetricsOverride",
            &json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}),
        );
    }

    /// Lets the system be dark.
    pub(crate) fn prefer_dark(&mut self) {
        let dark = json!({"name": "prefers-color-scheme", "value": "dark"});
        self.0
            .call("Emulation.setEmulatedMedia", &json!({"features": [dark]}));
    }

    /// Goes to a page.
    pub(crate) fn open(&mut self, url: &str) {
        let navigated = self.0.call("Page.navigate", &json!({"url": url}));
        assert_eq!(navigated["errorText"], Value::Null, "{url}");
    }

    /// Clicks on the element that a CSS selector finds, once it is there.
    pub(crate) fn click(&mut self, selector: &str) {
        self.wait_for(selector);
        self.evaluate(&format!("document.querySelector({}).click()", json!(selector)));
    }

    /// Waits until there is an element that a CSS selector finds.
    pub(crate) fn wait_for(&mut self, selector: &str) {
        self.wait_until(&format!("document.querySelector({}) !== null", json!(selector)));
    }

    /// Waits until a script's expression is true.
    pub(crate) fn wait_until(&mut self, expression: &str) {
        let begun = Instant::now();
        while self.evaluate(expression) != true {
            if begun.elapsed() > PATIENCE {
                let page = self.evaluate("document.documentElement.outerHTML");
                panic!("never `{expression}`: {page}\n{:?}", self.complaints());
            }
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Presses a key: `Tab`, `Enter`, or what a character stands on.
    pub(crate) fn press(&mut self, key: &str) {
        let (code, text) = match key {
            "Tab" => (9, ""),
            "Enter" => (13, "\r"),
            character => (0, character),
        };
        let pressed =
            |kind: &str| json!({"type": kind, "key": key, "text": text, "windowsVirtualKeyCode": code});
        self.0.call("Input.dispatchKeyEvent", &pressed("keyDown"));
        self.0.call(
            "Input.dispatchKeyEvent",
            &json!({"type": "keyUp", "key": key, "windowsVirtualKeyCode": code}),
        );
    }

    /// Types a text into what has the focus.
    pub(crate) fn write(&mut self, text: &str) {
        self.0.call("Input.insertText", &json!({"text": text}));
    }

    /// The text of the element that a CSS selector finds.
    pub(crate) fn text_of(&mut self, selector: &str) -> String {
        self.wait_for(selector);
        let text = self.evaluate(&format!("document.querySelector({}).innerText", json!(selector)));
        text.as_str().unwrap().trim().to_owned()
    }

    /// What a script's expression gives on the page.
    pub(crate) fn evaluate(&mut self, expression: &str) -> Value {
        let answer = self.0.call(
            "Runtime.evaluate",
            &json!({"expression": expression, "returnByValue": true}),
        );
        assert_eq!(answer["exceptionDetails"], Value::Null, "{expression}");
        answer["result"]["value"].clone()
    }

    /// The requests that the page sent, each as its method and address.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.0
            .events("Network.requestWillBeSent")
            .map(|event| &event["request"])
            .map(|request| {
                format!(
                    "{} {}",
                    request["method"].as_str().unwrap(),
                    request["url"].as_str().unwrap()
                )
            })
            .collect()
    }

    /// What went wrong on the page: exceptions, and errors in its log, such as what its policy forbids.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let logged = self
            .0
            .events("Log.entryAdded")
            .map(|event| &event["entry"])
            .filter(|entry| entry["level"] == "error");
        self.0
            .events("Runtime.exceptionThrown")
            .chain(logged)
            .map(Value::to_string)
            .collect()
    }

    /// Writes what is seen of the page into the folder that `EVENT_STORE_SCREENSHOTS` names, if it names one.
    pub(crate) fn screenshot(&mut self, name: &str) {
        let Some(folder) = std::env::var_os("EVENT_STORE_SCREENSHOTS") else {
            return;
        };
        let taken = self
            .0
            .call("Page.captureScreenshot", &json!({"captureBeyondViewport": false}));
        let png = BASE64_STANDARD.decode(taken["data"].as_str().unwrap()).unwrap();
        std::fs::write(Path::new(&folder).join(name).with_extension("png"), png).unwrap();
    }
}
