# The emulator as a service: docker build -t truecopy-emulator . && docker run -p 8080:8080 truecopy-emulator
FROM python:3.11-slim
WORKDIR /app
COPY pyproject.toml README.md LICENSE ./
COPY specs specs
COPY generated generated
COPY overlay overlay
COPY emulator emulator
COPY scripts scripts
RUN pip install --no-cache-dir ".[emulator,postgresql]" && useradd --create-home emulator && mkdir /state && chown emulator /state
USER emulator
VOLUME /state
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=2s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/_emulator/health', timeout=1)"]
# A container is reached from outside by design, hence --public; set TRUECOPY_EMULATOR_CONTROL_TOKEN where others could reach it.
ENTRYPOINT ["truecopy-emulator", "--host", "0.0.0.0", "--public"]
CMD ["--port", "8080"]
