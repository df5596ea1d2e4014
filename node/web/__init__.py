"""HTTP and pages: parse a request, call one service, render. One resource family a file."""
