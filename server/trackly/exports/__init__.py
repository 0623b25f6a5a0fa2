"""Files from one SELECT: CSV, XLSX, JSON, PDF, HTML, charts. It knows no word of the domain."""
