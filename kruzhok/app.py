"""The application: rooms and their pages put together by hand."""

from datetime import timedelta

from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from course.base.compressing import compress
from course.base.cookies import Cookies
from course.base.db import Database, make_engine
from course.base.web import Application, StaticFiles, add_security_headers
from course.groups.enrolments import sign_in_with_places
from course.users.sign_ins import init_login
from kruzhok import pages
from kruzhok.completions import WORK
from kruzhok.config import ROOT, Config, read_config
from kruzhok.errors import init_errors
from kruzhok.fragments import init_fragments
from kruzhok.head import page_context
from kruzhok.hosts import hosts_of, only_hosts
from kruzhok.operations.logs import set_up_log
from kruzhok.operations.requests import init_requests
from kruzhok.words import init_words

MEGABYTE = 1024 * 1024


def create_app(config: Config | None = None, database: Database | None = None) -> Application:
    """Return the site as CONFIG describes it, on DATABASE where one is handed in."""
    config = config or read_config()
    app = Application("kruzhok", root_path=str(ROOT / "kruzhok"), template_folder=str(ROOT / "templates"))
    is_https = bool(config.site_url and config.site_url.startswith("https:"))
    app.session_interface = Cookies()
    app.config.update(
        SECRET_KEY=config.secret,
        SECRET_KEY_FALLBACKS=list(config.old_secrets),
        # Of these the last one signs: a page that was open when the secret was changed can still save.
        WTF_CSRF_SECRET_KEY=[*reversed(config.old_secrets), config.secret],
        SITE_URL=config.site_url,
        SENDS_LETTERS=config.smtp_url is not None,
        # The prefix makes browsers refuse the cookie from any other host, from plain HTTP and for part of the site.
        SESSION_COOKIE_NAME="__Host-kruzhok" if is_https else "kruzhok",
        SESSION_COOKIE_PATH="/",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=is_https,
        ALWAYS_HTTPS=is_https,
        PERMANENT_SESSION_LIFETIME=timedelta(days=365),
        SESSION_REFRESH_EACH_REQUEST=False,
        MAX_CONTENT_LENGTH=4 * MEGABYTE,
        MAX_FORM_MEMORY_SIZE=4 * MEGABYTE,
        MAX_FORM_PARTS=2000,
        WTF_CSRF_TIME_LIMIT=None,  # a page left open over night can still save
        WTF_CSRF_SSL_STRICT=False,  # SameSite and the token do it; strict referrers break behind proxies
        DEVELOPMENT=config.development,
        TEMPLATES_AUTO_RELOAD=config.development,
    )
    app.extensions["config"] = config
    app.config["WORK"] = WORK  # the room of study groups knows no work done in them
    app.extensions["database"] = database or Database(make_engine(config.database_url))
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if config.metrics_token:
        from kruzhok.operations.metrics import Metrics

        app.extensions["metrics"] = Metrics(app.extensions["database"].engine)
    StaticFiles(app)
    init_requests(app)
    CSRFProtect(app)
    init_login(app, sign_in_with_places)
    init_words(app)
    init_fragments(app)
    init_errors(app)
    pages.register(app)
    app.after_request(add_security_headers)
    app.after_request(compress)
    app.context_processor(page_context)
    app.wsgi_app = only_hosts(app.wsgi_app, hosts_of(config))  # type: ignore[method-assign,assignment]
    if config.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, config.proxies, config.proxies, config.proxies, config.proxies)  # type: ignore[method-assign]
    return app


def wsgi() -> Application:
    """Return the site for a server process."""
    config = read_config()
    set_up_log(config)
    return create_app(config)
