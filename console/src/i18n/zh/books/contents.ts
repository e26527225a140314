import type { contents as english } from '../../en/books/contents'

/** A name in other letters stands apart from the words around it. */
const after = (name: string) => (/^[\u3400-\u9fff]/.test(name) ? name : ` ${name}`)
const before = (name: string) => (/[\u3400-\u9fff]$/.test(name) ? name : `${name} `)

export const contents: typeof english = {
  download: '下载',
  downloadOf: (what, size) => `下载${after(what)}（${size}）`,
  copyWhole: '复制',
  copyOf: (what) => `复制${what}`,

  manifest: {
    title: '原始清单',
    help: '镜像仓库中当前的原始字节。仅在您请求时获取，并按摘要校验。',
    show: '显示',
    hide: '收起',
    what: '清单',
    text: '清单正文',
    cut: (shown, size) => `共 ${size}，仅显示前 ${shown}。其余内容请下载查看。`,
    fetching: '正在从镜像仓库获取',
  },

  documents: {
    title: '内容',
    help: '下载时从镜像仓库读取',
    config: '配置',
    part: (number) => `第 ${number} 部分`,
    known: { chart: 'Chart 包', provenance: '来源证明' },
    digestOf: (part) => `${before(part)}的摘要`,
    tooLarge: (limit) => `超过 ${limit}，请使用客户端获取`,
    elsewhere: '存储在别处',
    preview: '预览',
    previewOf: (part) => `预览${after(part)}`,
    hidePreview: '收起预览',
    beginningOf: (part) => `${before(part)}的开头`,
    cut: '仅显示开头部分。',
    none: '其中没有内容。',
    showAll: (count) => `显示全部 ${count} 项`,
    showOf: (kind) => `显示${kind}中的文档`,
    hideOf: (kind) => `收起${kind}中的文档`,
    column: '文档',
    show: '显示',
    hide: '收起',
    unread: '尚未读取，因此不知道其中的内容。',
    noDocuments: '这是镜像或索引，请使用客户端拉取。',
  },
}
