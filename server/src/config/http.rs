//! How the server is reached.

use std::{
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
};

use axum::http::HeaderValue;
use clap::Args;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::{ConfigError, non_empty};

/// What can be said about how the server is reached.
#[derive(Args, Clone, Default, Serialize, Deserialize)]
pub struct HttpOptions {
    /// Address and port to listen on [default: 127.0.0.1:3000]
    #[arg(long, global = true, env = "RUNLENS_LISTEN", value_name = "ADDRESS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen: Option<String>,
    /// Origin under which people reach the server, for links [default: http://{listen}]
    #[arg(long, global = true, env = "RUNLENS_PUBLIC_URL", value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_url: Option<String>,
    /// Directory with the browser's files [default: target/site here or beside the program]
    #[arg(long, global = true, env = "RUNLENS_SITE_ROOT", value_name = "DIRECTORY")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site_root: Option<String>,
    /// Networks of proxies whose X-Forwarded-For counts, such as `10.0.0.0/8 ::1`
    #[arg(long, global = true, env = "RUNLENS_TRUSTED_PROXIES", value_name = "CIDR…")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trusted_proxies: Option<String>,
    /// Origins whose pages may ask the API with tokens, such as `https://dashboard.example.org`, or `*` [default: none]
    #[arg(long, global = true, env = "RUNLENS_CORS_ORIGINS", value_name = "ORIGIN…")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cors_origins: Option<String>,
}

impl HttpOptions {
    pub(crate) fn resolve(self) -> Result<Http, ConfigError> {
        let listen = non_empty(self.listen).unwrap_or_else(|| "127.0.0.1:3000".to_owned());
        let listen = listen.parse::<SocketAddr>().map_err(|_| {
            ConfigError::value(
                "RUNLENS_LISTEN",
                "must be an address with a port, such as 127.0.0.1:3000",
            )
        })?;
        let public_url = non_empty(self.public_url).unwrap_or_else(|| format!("http://{listen}"));
        let public_url = public_url.trim_end_matches('/').to_owned();
        if !is_origin(&public_url) {
            return Err(ConfigError::value(
                "RUNLENS_PUBLIC_URL",
                "must be an origin such as https://runlens.example.org, without a path",
            ));
        }
        let trusted_proxies = networks(&non_empty(self.trusted_proxies).unwrap_or_default())?;
        let other_origins = OtherOrigins::parse(&non_empty(self.cors_origins).unwrap_or_default())?;
        let site_root = non_empty(self.site_root).map_or_else(find_site_root, PathBuf::from);
        Ok(Http {
            listen,
            public_url,
            site_root,
            trusted_proxies,
            other_origins,
        })
    }
}

fn is_origin(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, host)| {
        matches!(scheme, "http" | "https") && !host.is_empty() && !host.contains('/')
    })
}

fn words(list: &str) -> impl Iterator<Item = &str> {
    list.split(|separator: char| separator == ',' || separator.is_whitespace())
        .filter(|word| !word.is_empty())
}

fn networks(list: &str) -> Result<Vec<IpNet>, ConfigError> {
    words(list)
        .map(|word| {
            word.parse::<IpNet>()
                .or_else(|_| word.parse::<IpAddr>().map(IpNet::from))
        })
        .map(|network| {
            network.map_err(|_| {
                ConfigError::value("RUNLENS_TRUSTED_PROXIES", "must be networks such as 10.0.0.0/8")
            })
        })
        .collect()
}

/// `target/site` under the working directory, else where the build leaves it as seen from the program (`target/release/runlens`).
fn find_site_root() -> PathBuf {
    let here = PathBuf::from("target/site");
    let beside = || Some(std::env::current_exe().ok()?.parent()?.parent()?.join("site"));
    let is_site = |path: &Path| path.join("pkg").is_dir();
    if is_site(&here) {
        here
    } else {
        beside().filter(|path| is_site(path)).unwrap_or(here)
    }
}

/// How the server is reached.
#[derive(Clone, Debug)]
pub struct Http {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Origin under which people reach it, without a slash at its end.
    pub public_url: String,
    /// Directory with the browser's files.
    pub site_root: PathBuf,
    /// Proxies whose X-Forwarded-For counts.
    pub trusted_proxies: Vec<IpNet>,
    /// Other origins whose pages may ask the API.
    pub other_origins: OtherOrigins,
}

/// Origins other than our own whose pages may ask the API, with tokens and never with cookies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum OtherOrigins {
    /// None.
    #[default]
    None,
    /// Whatever there is.
    Any,
    /// These, as browsers write them.
    These(Vec<HeaderValue>),
}

impl OtherOrigins {
    fn parse(list: &str) -> Result<Self, ConfigError> {
        let fault = || {
            ConfigError::value(
                "RUNLENS_CORS_ORIGINS",
                "must be origins such as https://dashboard.example.org, or * alone",
            )
        };
        if list == "*" {
            return Ok(Self::Any);
        }
        let origins = words(list).map(|origin| {
            let origin = origin.trim_end_matches('/').to_ascii_lowercase();
            HeaderValue::try_from(&origin)
                .ok()
                .filter(|_| is_origin(&origin) && !origin.contains('*'))
                .ok_or_else(fault)
        });
        let origins = origins.collect::<Result<Vec<_>, _>>()?;
        Ok(if origins.is_empty() {
            Self::None
        } else {
            Self::These(origins)
        })
    }

    /// Whether an `Origin` is one of them.
    pub fn include(&self, origin: Option<&HeaderValue>) -> bool {
        match self {
            Self::None => false,
            Self::Any => origin.is_some(),
            Self::These(origins) => origin.is_some_and(|origin| origins.contains(origin)),
        }
    }
}

impl Http {
    /// The build's list of the names under which the browser's files are kept; none where they have plain names.
    pub fn hash_file(&self) -> Option<PathBuf> {
        let path = std::env::current_exe().ok()?.parent()?.join("hash.txt");
        path.is_file().then_some(path)
    }

    /// Whether people reach the server by TLS.
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

#[cfg(test)]
mod tests {
    use super::HttpOptions;

    #[test]
    fn links_lead_to_where_the_server_listens_unless_said_otherwise() {
        let resolve = |listen: Option<&str>, public_url: Option<&str>| {
            let options = HttpOptions {
                listen: listen.map(str::to_owned),
                public_url: public_url.map(str::to_owned),
                ..Default::default()
            };
            options.resolve().map(|http| http.public_url).ok()
        };
        assert_eq!(resolve(None, None).as_deref(), Some("http://127.0.0.1:3000"));
        assert_eq!(
            resolve(Some("[::1]:80"), None).as_deref(),
            Some("http://[::1]:80")
        );
        assert_eq!(
            resolve(None, Some("https://runlens.example.org/")).as_deref(),
            Some("https://runlens.example.org")
        );
        assert_eq!(resolve(None, Some("runlens.example.org")), None);
        assert_eq!(resolve(Some("localhost"), None), None);
    }
}
