"""Why something with reports is refused."""

from trackly.kit.errors import AppError, Kind, Unavailable


class ReportNotFound(AppError):
    kind, code, title = Kind.NOT_FOUND, "report_not_found", "There is no such report"


class VersionNotFound(AppError):
    kind, code, title = Kind.NOT_FOUND, "report_version_not_found", "The report never had such a version"


class EditionNotFound(AppError):
    kind, code, title = Kind.NOT_FOUND, "edition_not_found", "There is no such edition"


class FileNotFound(AppError):
    kind, code, title = Kind.NOT_FOUND, "report_file_not_found", "There is no such file of a report"


class FileGone(AppError):
    kind, code, title = Kind.NOT_FOUND, "report_file_gone", "The file was removed by age or quota; its receipt stays"


class ShareNotFound(AppError):
    kind, code, title = Kind.NOT_FOUND, "share_not_found", "There is no such link, or it is over"


class ReadyMadeNotFound(AppError):
    kind, code, title = Kind.NOT_FOUND, "ready_made_not_found", "There is no ready-made report of this name"


class NotYourReport(AppError):
    kind, code, title = Kind.FORBIDDEN, "not_your_report", "Only its owner and admins may do this to a report"


class MayNotReport(AppError):
    kind, code, title = Kind.FORBIDDEN, "may_not_report", "Only maintainers and admins may make reports"


class MayNotWriteSql(AppError):
    kind, code, title = Kind.FORBIDDEN, "may_not_write_sql", "SQL is for admins, and for maintainers given the right"


class ReportBusy(AppError):
    kind, code, title = Kind.CONFLICT, "report_busy", "The report is running at this moment"


class PreviewFailed(AppError):
    kind, code, title = Kind.INVALID, "preview_failed", "The preview could not be read"


class ReportsUnavailable(Unavailable):
    code, title = "reports_unavailable", "What this report reads from is not answering at the moment"
