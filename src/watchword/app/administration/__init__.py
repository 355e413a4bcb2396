"""The administration API, `/admin/v1`, on its own listener.

    operation.py       what an operation is, and the call that one request makes of it
    resource/          the operations, one module a thing; their list is the API
    answer.py          the shapes of what is answered; file_answer.py, import_answer.py
    authorization.py   who calls, by our own tokens and our own guard
    application.py     HTTP: from a request to a call, and back
    openapi.py         the OpenAPI 3.1 document, made of the same list

Every change is a function of `watchword.admin`; nothing here touches a table.
"""
