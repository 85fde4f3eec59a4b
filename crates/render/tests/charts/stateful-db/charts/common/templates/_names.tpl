{{- define "common.fullname" -}}
{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 63 | trimSuffix "-" }}
{{- end -}}
{{- define "common.image" -}}
{{- $registry := .image.registry -}}
{{- if .global }}{{ with .global.imageRegistry }}{{ $registry = . }}{{ end }}{{ end -}}
{{- $sep := ":" -}}{{- $ref := .image.tag | toString -}}
{{- if .image.digest }}{{ $sep = "@" }}{{ $ref = .image.digest | toString }}{{ end -}}
{{- if $registry }}{{ printf "%s/%s%s%s" $registry .image.repository $sep $ref }}{{ else }}{{ printf "%s%s%s" .image.repository $sep $ref }}{{ end -}}
{{- end -}}
{{- define "common.render" -}}
{{- if typeIs "string" .value }}{{ tpl .value .context }}{{ else }}{{ tpl (.value | toYaml) .context }}{{ end -}}
{{- end -}}
