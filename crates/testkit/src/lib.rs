//! Virtual network, pair driver and contract suite for stonechat tests. Never published.
